private import Foundation
private import Synchronization

#if canImport(FoundationNetworking)
private import FoundationNetworking
#endif

extension DatasetCatalog {
    /// `Download` over the network. Follows redirects; gives up when nothing comes for a minute.
    public static let downloadOverHTTP: Download = { (address, limit, progress) async throws(DatasetError) -> [UInt8] in
        guard let url = URL(string: address) else { throw DatasetError(address, .downloadFailed(reason: "it is no address")) }
        let receiver = Receiver(limit: limit, progress: progress)
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 60
        let session = URLSession(configuration: configuration, delegate: receiver, delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        let task = session.dataTask(with: url)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                receiver.start(continuation)
                task.resume()
            }
        } onCancel: {
            task.cancel()
        }
        switch result {
        case .success(let bytes): return bytes
        case .failure(let failure): throw DatasetError(address, .downloadFailed(reason: failure.reason))
        }
    }
}

private struct DownloadFailure: Error { var reason: String }

/// Collects one response. URLSession calls it from one queue, one call at a time; the mutex makes that plain to the compiler.
private final class Receiver: NSObject, URLSessionDataDelegate {
    private struct State {
        var bytes: [UInt8] = []
        var expected: Int?
        var refusal: String?
        var continuation: CheckedContinuation<Result<[UInt8], DownloadFailure>, Never>?
    }

    private let state = Mutex(State())
    private let limit: Int
    private let progress: @Sendable (Int, Int?) -> Void

    init(limit: Int, progress: @escaping @Sendable (Int, Int?) -> Void) {
        self.limit = limit
        self.progress = progress
    }

    func start(_ continuation: CheckedContinuation<Result<[UInt8], DownloadFailure>, Never>) {
        state.withLock { $0.continuation = continuation }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        let accepted = state.withLock { state in
            if let status = (response as? HTTPURLResponse)?.statusCode, status != 200 { state.refusal = "the server answers \(status)" }
            if state.refusal == nil, response.expectedContentLength > Int64(limit) { state.refusal = "the server offers a larger file" }
            state.expected = response.expectedContentLength > 0 ? Int(response.expectedContentLength) : nil
            return state.refusal == nil
        }
        completionHandler(accepted ? .allow : .cancel)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let (received, expected, refused) = state.withLock { state in
            if state.refusal == nil { state.bytes.append(contentsOf: data) }
            if state.bytes.count > limit { state.refusal = "the server sends more than the file can have" }
            return (state.bytes.count, state.expected, state.refusal != nil)
        }
        if refused { dataTask.cancel() } else { progress(received, expected) }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        state.withLock { state in
            let reason = state.refusal ?? error.map { $0.localizedDescription.lowercased() }
            state.continuation?.resume(returning: reason.map { .failure(DownloadFailure(reason: $0)) } ?? .success(state.bytes))
            state.continuation = nil
        }
    }
}
