public import BinaryNN
internal import BitCore

extension Checkpoint {
    /// The parameters that a checkpoint holds, to be looked at: of a network with the same parameters, whatever it was trained by.
    /// - Throws: `CheckpointError` when it is none, or of another network.
    public static func parameters(_ path: String, of network: Network) throws(CheckpointError) -> ParameterStore {
        let file: Safetensors
        do { file = try Safetensors(contentsOf: path) } catch { throw CheckpointError(path: path, fault: .file("\(error)")) }
        guard isCheckpoint(file) else { throw CheckpointError(path: path, fault: .notACheckpoint) }
        var store = ParameterStore(network.specs)
        do { try fill(&store, from: file) } catch { throw CheckpointError(path: path, fault: .file("\(error)")) }
        return store
    }

    static func fill(_ store: inout ParameterStore, from file: Safetensors) throws(Safetensors.Fault) {
        for id in store.ids {
            let spec = store.spec(id)
            if spec.encoding == .binary {
                store.setSigns(id, try file.signs("parameter/\(spec.name)", shape: spec.shape))
            } else {
                store.setReals(id, try file.tensor("parameter/\(spec.name)", shape: spec.shape).elements)
            }
        }
    }
}
