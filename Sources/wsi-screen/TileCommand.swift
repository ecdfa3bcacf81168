import ArgumentParser

struct TileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tile", abstract: "Write tiles")
}
