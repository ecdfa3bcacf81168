internal import Records

/// What was measured while training, as the table `step,stage,alpha,loss,held_out_loss`.
///
/// It holds no times: a training that was interrupted and resumed writes the same bytes as one that ran through.
public struct LossLog: Sendable, Equatable {
    /// One row: after an update, after a look at the held-out images, or both.
    public struct Row: Sendable, Equatable {
        /// Updates made so far, over all stages.
        public let step: Int
        /// Name of the stage, such as `warmup`, `32` or `fade 64`.
        public let stage: String
        /// How far the stage has faded in, 0 to 1; 1 if it does not fade.
        public let alpha: Double
        /// Mean loss of the training batch.
        public let loss: Float?
        /// Mean loss of the held-out images.
        public let heldOutLoss: Float?

        public init(step: Int, stage: String, alpha: Double = 1, loss: Float?, heldOutLoss: Float? = nil) {
            self.step = step
            self.stage = stage
            self.alpha = alpha
            self.loss = loss
            self.heldOutLoss = heldOutLoss
        }
    }

    public private(set) var rows: [Row] = []

    static let header = ["step", "stage", "alpha", "loss", "held_out_loss"]

    public init() {}

    /// Adds a row.
    ///
    /// - Precondition: steps never fall.
    public mutating func append(_ row: Row) {
        precondition(rows.last.map { $0.step <= row.step } ?? true, "step \(row.step) after a later one")
        rows.append(row)
    }

    /// The table as CSV. Numbers have the fewest digits that give them back exactly.
    public var csv: String {
        rows.reduce(into: CSV.line(Self.header)) { text, row in
            // Numbers need no quotes; without a list per row a long table is written several times as fast.
            text += "\(row.step),\(CSV.field(row.stage)),\(row.alpha),"
            text += row.loss?.description ?? ""
            text += ","
            text += row.heldOutLoss?.description ?? ""
            text += "\n"
        }
    }

    /// Reads a table that ``csv`` wrote.
    public init(csv text: String) throws(LossLogError) {
        let records: [CSVRecord]
        do throws(CSVError) { records = try CSV.records(in: text) } catch {
            throw LossLogError(line: nil, reason: error.description)
        }
        guard records.first?.fields == Self.header else {
            throw LossLogError(line: 1, reason: "the header is not \(Self.header.joined(separator: ","))")
        }
        for record in records.dropFirst() {
            let row = try Row(record)
            if let last = rows.last, last.step > row.step {
                throw LossLogError(line: record.line, reason: "step \(row.step) follows \(last.step)")
            }
            rows.append(row)
        }
    }
}

extension LossLog.Row {
    fileprivate init(_ record: CSVRecord) throws(LossLogError) {
        let fields = record.fields
        guard fields.count == LossLog.header.count, let step = Int(fields[0]), let alpha = Double(fields[2]),
            let loss = Self.optional(fields[3]), let heldOut = Self.optional(fields[4])
        else { throw LossLogError(line: record.line, reason: "it is no row of a loss table") }
        self.init(step: step, stage: fields[1], alpha: alpha, loss: loss, heldOutLoss: heldOut)
    }

    /// Nil inside for an empty field; nil outside for one that is no number.
    private static func optional(_ field: String) -> Float?? {
        if field.isEmpty { return .some(nil) }
        return Float(field).map { .some($0) }
    }
}

/// A loss table that cannot be read.
public struct LossLogError: Error, Equatable, CustomStringConvertible {
    public let line: Int?
    public let reason: String

    public var description: String {
        if let line { "line \(line) of the loss table: \(reason)" } else { "the loss table: \(reason)" }
    }
}
