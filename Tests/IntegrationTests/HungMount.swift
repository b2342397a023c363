import Foundation
import SystemPackage

/// A FUSE file system that nobody serves: whoever asks it for something waits.
final class HungMount {
    private let path: String
    private let descriptor: Int32

    /// Whether this process may mount one.
    static let isPossible: Bool = {
        let path = FileManager.default.temporaryDirectory.appending(path: "hung-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        guard geteuid() == 0,
            (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)) != nil
        else { return false }
        return (try? HungMount(at: FilePath(path))) != nil
    }()

    /// - Parameter path: an existing folder.
    init(at path: FilePath) throws {
        self.path = path.string
        descriptor = unsafe open("/dev/fuse", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        let options = "fd=\(descriptor),rootmode=40000,user_id=0,group_id=0"
        guard unsafe mount("hung", self.path, "fuse", UInt(MS_NOSUID | MS_NODEV), options) == 0 else {
            let failure = Errno(rawValue: errno)
            close(descriptor)
            throw failure
        }
        answerGreeting()
    }

    deinit { end() }

    /// Takes the mount away; all who wait get an error.
    func end() {
        guard unsafe umount2(path, Int32(MNT_DETACH)) == 0 else { return }
        // The kernel gives up all questions of a connection that nobody holds.
        close(descriptor)
    }

    /// Whether somebody waits for an answer. The question stays unread: a process that waits for a question which was
    /// read cannot even be killed.
    var isAsked: Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&request, 1, 0) > 0
    }

    /// Before it has its answer to FUSE_INIT the kernel queues no other question, and nobody could see one.
    private func answerGreeting() {
        var question = [UInt32](repeating: 0, count: 1 << 16)
        guard unsafe read(descriptor, &question, question.count * 4) > 0 else { return }
        // fuse_out_header: length, error, the question's number; fuse_init_out: version 7.31 and small limits.
        var answer = [UInt32](repeating: 0, count: 20)
        answer[0] = 80
        answer[2] = question[2]
        answer[3] = question[3]
        answer[4] = 7
        answer[5] = 31
        answer[6] = 4096
        answer[8] = 12 | 9 << 16
        answer[9] = 4096
        _ = unsafe write(descriptor, answer, 80)
    }
}
