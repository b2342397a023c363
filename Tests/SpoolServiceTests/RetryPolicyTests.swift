import FoundationEssentials
import SpoolCore
import Testing

@testable import SpoolService

@Suite struct `The retry policy` {
    private typealias Attempt = ResultDocument.Attempt
    private typealias Source = ResultDocument.SourceState

    private let policy = RetryPolicy(
        maxAttempts: 3, delay: .seconds(2), maximumDelay: .seconds(10), settleTime: .seconds(5))
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func attempts(_ codes: [ErrorCode], sources: [Source?] = []) -> ArraySlice<Attempt> {
        ArraySlice(
            codes.enumerated().map { index, code in
                Attempt(
                    number: index + 1, startedAt: now, milliseconds: 1, error: JobError(code, "why"),
                    source: index < sources.count ? sources[index] : nil)
            })
    }

    private func wait(_ attempts: ArraySlice<Attempt>) -> Double? {
        policy.retry(after: attempts, now: now).map { $0.timeIntervalSince(now) }
    }

    @Test func `waits longer each time, and gives up after the last attempt`() throws {
        for _ in 0..<20 {
            #expect((1.6...2.4).contains(try #require(wait(attempts([.inputNotFound])))))
            #expect((3.2...4.8).contains(try #require(wait(attempts([.inputNotFound, .storageFailed])))))
        }
        #expect(wait(attempts([.inputNotFound, .inputNotFound, .rendererDied])) == nil)
    }

    @Test func `does not wait longer than the maximum`() throws {
        let patient = RetryPolicy(
            maxAttempts: 1000, delay: .seconds(2), maximumDelay: .seconds(10), settleTime: .zero)
        let date = try #require(
            patient.retry(after: attempts(Array(repeating: .storageFailed, count: 300)), now: now))
        #expect(date.timeIntervalSince(now) <= 12)
    }

    @Test(arguments: [ErrorCode.jobInvalid, .inputNotAllowed, .outputNotWritable, .renderFailed, .inputCorrupt])
    func `gives up at once what cannot pass`(code: ErrorCode) {
        #expect(wait(attempts([code])) == nil)
    }

    @Test(arguments: [ErrorCode.inputCorrupt, .inputUnsupported])
    func `is patient with a source that may still be copied, until it has stood still`(code: ErrorCode) throws {
        let young = Source(bytes: 10, changedAt: now - 3)
        #expect(try #require(wait(attempts([code], sources: [young]))) >= 5)
        #expect(wait(attempts([code, code], sources: [young, young])) == nil)
        let old = Source(bytes: 10, changedAt: now - 61)
        #expect(wait(attempts([code], sources: [old])) == nil)
    }

    @Test func `does not count attempts that found the source growing`() {
        let sources = (1...9).map { Source(bytes: $0 * 1000, changedAt: now - 1) }
        #expect(wait(attempts(Array(repeating: .inputCorrupt, count: 9), sources: sources)) != nil)
    }

    @Test(arguments: [ErrorCode.renderTimeout, .rendererDied])
    func `tries a job once more that has cost a renderer`(code: ErrorCode) {
        #expect(wait(attempts([code])) != nil)
        #expect(wait(attempts([code, code])) == nil)
        #expect(wait(attempts([.inputNotFound, code])) != nil)
    }
}
