import ArgumentParser
import SpoolCore
import SpoolSystem
import SystemPackage

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a folder a spool.",
        discussion: """
            Adds what is missing and changes nothing else, so it can be run again at any time. Without a folder it makes the \
            spool of the settings.

            With --group, members of the group drop jobs and sources and cannot touch those of others, read the rest, and \
            others have no rights. That changes the folders of an existing spool as well, and says which; the files in \
            them stay as they are. Run it as the worker's user, who has to own the folders, as a member of the group.

            Example: spool-worker init /srv/spool --group photos
            """)

    @Argument(
        help: ArgumentHelp(
            "The folder; it is created if it is missing. (default: the spool of the settings)", valueName: "dir"))
    var folder: String?

    @Option(help: ArgumentHelp("Let the members of this group use the spool.", valueName: "name"))
    var group: String?

    @OptionGroup var settings: SettingsOptions

    func validate() throws {
        guard folder == nil || settings.spool == nil && settings.config == nil else {
            throw ValidationError("name the folder, or the settings that name it, not both")
        }
    }

    func run() async throws {
        try await CommandFailure.reporting {
            let path: FilePath
            if let folder { path = FilePath(folder) } else { path = try await settings.load().spool }
            if let group {
                guard let group = UserGroup(group) else { throw UsageError("there is no group \(group)") }
                let sharing = try Spool.create(at: path, sharedWith: group)
                for change in sharing.changes { print("changed \(change)") }
                if !sharing.hasDefaultACLs {
                    Terminal.printError(
                        "spool-worker: this file system has no ACLs, so workers cannot read what producers with umask 077 make"
                    )
                }
            } else {
                _ = try Spool.create(at: path)
            }
            print("\(path.printable) is a spool: drop job files into \(path.printable)/incoming")
        }
    }
}
