import SpoolService

@main
enum SpoolWorker {
    static func main() async { await RootCommand.main() }
}
