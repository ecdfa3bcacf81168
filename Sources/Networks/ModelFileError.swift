/// Why a model file was refused. Payloads are values; the sentence with the fix is `description`.
public enum ModelFileError: Error, Equatable, CustomStringConvertible {
    case safetensors(SafetensorsError)
    case weights(WeightError)
    /// A safetensors file without the metadata key `wsi_screen`.
    case noRecord
    case unreadableRecord(String)
    case unsupportedFormat(found: Int, supported: Int)
    case unknownDetector(String)
    case contradiction(String)
    /// The extractor is not in the model file, and none was supplied.
    case extractorNeeded(sha256: String)
    /// The supplied extractor is not the one the model was trained with.
    case wrongExtractor(expected: String, found: String)
    case noBuiltInModel(name: String, known: [String])
    /// The resources were not installed beside the program.
    case resourceMissing(file: String, searched: [String])

    public var description: String {
        switch self {
        case .safetensors(let error): error.description
        case .weights(let error): error.description
        case .noRecord:
            "the file holds weights but no 'wsi_screen' record; use a model made by 'wsi-screen train'"
        case .unreadableRecord(let reason):
            "the model's record cannot be used: \(reason); export the model again"
        case .unsupportedFormat(let found, let supported):
            "the model has format version \(found), this program reads \(supported); update the older of the two"
        case .unknownDetector(let name): "the model's detector '\(name)' is unknown here; update this program"
        case .contradiction(let clause): "the model contradicts itself: \(clause); export the model again"
        case .extractorNeeded(let sha256):
            "the model needs its feature extractor; pass --extractor FILE (SHA-256 \(sha256))"
        case .wrongExtractor(let expected, let found):
            "the extractor's SHA-256 is \(found), the model was trained with \(expected); pass that file"
        case .noBuiltInModel(let name, let known):
            "there is no built-in model '\(name)'; known are: \(known.joined(separator: ", "))"
        case .resourceMissing(let file, let searched):
            "'\(file)' is not installed; looked in \(searched.joined(separator: ", ")); install the program again"
        }
    }
}
