import SpoolCore
import SpoolSystem
import SystemPackage

/// Findings as people or programs read them, printed as they come: a spool can have a million.
final class CheckReport {
    private let json: Bool
    private let print: (String) -> Void
    private var counts: [FindingCode.Severity: Int] = [:]
    private var repaired = 0
    private var lastPlace: String?
    private(set) var hasOpen = false

    init(json: Bool, print: @escaping (String) -> Void = { Swift.print($0, terminator: "") }) {
        self.json = json
        self.print = print
    }

    func add(_ finding: Finding) {
        let place = finding.path.components.first?.string ?? "."
        if json {
            print((lastPlace == nil ? "[\n" : ",\n") + finding.json.text())
        } else {
            // A line between the groups.
            if let lastPlace, lastPlace != place { print("\n") }
            print(finding.line + "\n")
        }
        lastPlace = place
        counts[finding.severity, default: 0] += 1
        if finding.repaired { repaired += 1 }
        hasOpen = hasOpen || finding.isOpen
    }

    /// Prints what comes after the last finding.
    func end() {
        if json {
            print(lastPlace == nil ? "[]\n" : "\n]\n")
        } else {
            print(summary + "\n")
        }
    }

    private var summary: String {
        guard lastPlace != nil else { return "the spool is in order" }
        let words = FindingCode.Severity.allCases.compactMap { severity in
            counts[severity].map { "\($0) \(severity.rawValue)\($0 == 1 ? "" : "s")" }
        }
        return "\n" + words.joined(separator: ", ") + (repaired == 0 ? "" : "; \(repaired) repaired")
    }
}

extension Finding {
    /// `severity  place  what is wrong; what to do`.
    fileprivate var line: String {
        let word = severity.rawValue
        let space = String(repeating: " ", count: 7 - word.count)
        return "\(word)\(space)  \(path.printable)  \(message.escapingControls)\(repaired ? " (repaired)" : "")"
    }

    fileprivate var json: JSONValue {
        [
            "severity": .string(severity.rawValue), "code": .string(code.rawValue), "path": .string(path.printable),
            "message": .string(message), "repaired": .bool(repaired),
        ]
    }
}
