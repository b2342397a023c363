import SpoolCore
import Testing

@testable import SpoolService
@testable import SpoolWatch

@Suite struct `A check of the host` {
    @Test func `finds what every command needs`() { #expect(HostCheck.obstacle() == nil) }

    @Test func `tells of events that do not arrive, and of none that do`() throws {
        let polling = WatchReport(usesEvents: false, scanInterval: .seconds(5), reason: "none came")
        let finding = try #require(HostCheck.finding(of: polling))
        #expect(finding.code == .noEvents)
        #expect(finding.message.contains("none came") && finding.message.contains("5.0 seconds"))
        #expect(HostCheck.finding(of: WatchReport(usesEvents: true, scanInterval: .seconds(60), reason: "")) == nil)
    }
}
