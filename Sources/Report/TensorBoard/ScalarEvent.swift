/// What TensorBoard shows of a moment: numbers by tag at a step. Encoded as the protocol buffer `tensorflow.Event` with the few fields that
/// scalars need; Documentation/Design/tensorboard.md says why by hand.
public struct ScalarEvent: Sendable, Hashable {
    /// Seconds since 1970; 0 where times are kept out of files.
    public var wallTime: Double
    public var step: Int
    /// By tag, such as `accuracy/test`. Numbers that are not finite are kept; TensorBoard shows them as gaps.
    public var scalars: [(tag: String, value: Float)] {
        get { zip(tags, values).map { ($0, $1) } }
        set { (tags, values) = (newValue.map(\.tag), newValue.map(\.value)) }
    }
    private var tags: [String]
    private var values: [Float]

    public init(wallTime: Double = 0, step: Int, scalars: [(tag: String, value: Float)]) {
        (self.wallTime, self.step) = (wallTime, step)
        (tags, values) = (scalars.map(\.tag), scalars.map(\.value))
    }

    /// Fields of `Event`: 1 wall_time (double), 2 step (int64), 5 summary. Of `Summary`: 1 value, repeated. Of `Summary.Value`: 1 tag, 2
    /// simple_value (float).
    public var encoded: [UInt8] {
        var summary = ProtobufWriter()
        for (tag, value) in zip(tags, values) {
            var entry = ProtobufWriter()
            entry.write(tag, field: 1)
            entry.write(value, field: 2)
            summary.write(entry.bytes, field: 1)
        }
        var event = ProtobufWriter()
        event.write(wallTime, field: 1)
        event.write(UInt64(bitPattern: Int64(step)), field: 2)
        event.write(summary.bytes, field: 5)
        return event.bytes
    }

    /// The event that every file begins with: field 3, file_version.
    static func version(wallTime: Double) -> [UInt8] {
        var event = ProtobufWriter()
        event.write(wallTime, field: 1)
        event.write("brain.Event:2", field: 3)
        return event.bytes
    }

    /// Tells readers that the run goes on after `step`, and that what they read of later steps is to be forgotten: field 7, session_log, with
    /// 1 status = START (1). Readers drop what has the event's step too, so that is one more.
    static func restart(wallTime: Double, step: Int) -> [UInt8] {
        var log = ProtobufWriter()
        log.write(UInt64(1), field: 1)
        var event = ProtobufWriter()
        event.write(wallTime, field: 1)
        event.write(UInt64(bitPattern: Int64(step) + 1), field: 2)
        event.write(log.bytes, field: 7)
        return event.bytes
    }
}
