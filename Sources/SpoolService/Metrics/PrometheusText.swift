import CoreMetrics
import Synchronization

/// Metrics of this process, as the text that Prometheus reads: a back end of swift-metrics.
///
/// Counters count up, meters hold a value, timers and recorders make histograms. Labels are swift-metrics' dimensions.
final class PrometheusText: MetricsFactory {
    fileprivate struct Series: Hashable {
        var name: String
        /// `a="b",c="d"`, in the order of their names.
        var labels: String
    }

    fileprivate enum Value {
        case counter(Int64)
        case gauge(Double)
        case histogram(Histogram)
    }

    fileprivate struct Histogram {
        /// How many were at most as large as each bound.
        var counts: [Int]
        var sum = 0.0
        var count = 0
    }

    private let values = Mutex<[Series: Value]>([:])
    private let help: [String: String]

    /// Seconds: from what a small picture takes to the longest timeouts.
    fileprivate static let bounds = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200,
    ]

    /// - Parameter help: what each metric means, by its name.
    init(help: [String: String]) { self.help = help }

    /// All metrics, those of a name together.
    var text: String {
        let values = values.withLock { $0 }
        var text = ""
        for (name, series) in Dictionary(grouping: values, by: \.key.name).sorted(by: { $0.key < $1.key }) {
            if let meaning = help[name] { text += "# HELP \(name) \(meaning)\n" }
            for (number, (key, value)) in series.sorted(by: { $0.key.labels < $1.key.labels }).enumerated() {
                if number == 0 { text += "# TYPE \(name) \(value.type)\n" }
                text += value.lines(name, key.labels)
            }
        }
        return text
    }

    /// Forgets a gauge whose subject is gone.
    func remove(_ name: String, _ dimensions: [(String, String)]) {
        values.withLock { $0[Series(name, dimensions)] = nil }
    }

    private func change(_ series: Series, _ initial: Value, _ body: (inout Value) -> Void) {
        values.withLock { body(&$0[series, default: initial]) }
    }

    // MARK: What swift-metrics asks for

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handler(self, Series(label, dimensions), .counter(0))
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        Handler(self, Series(label, dimensions), .gauge(0))
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Handler(self, Series(label, dimensions), aggregate ? .emptyHistogram : .gauge(0))
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Handler(self, Series(label, dimensions), .emptyHistogram)
    }

    // They have no state of their own, and what was counted stays.
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private final class Handler: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
        private let owner: PrometheusText
        private let series: Series
        private let initial: Value

        init(_ owner: PrometheusText, _ series: Series, _ initial: Value) {
            self.owner = owner
            self.series = series
            self.initial = initial
            owner.change(series, initial) { _ in }
        }

        func increment(by amount: Int64) {
            change { if case .counter(let count) = $0 { $0 = .counter(count &+ amount) } }
        }

        func reset() { change { $0 = initial } }
        func set(_ value: Int64) { set(Double(value)) }
        func set(_ value: Double) { change { $0 = .gauge(value) } }
        func increment(by amount: Double) { change { if case .gauge(let value) = $0 { $0 = .gauge(value + amount) } } }
        func decrement(by amount: Double) { increment(by: -amount) }
        func record(_ value: Int64) { record(Double(value)) }

        func record(_ value: Double) {
            change {
                switch $0 {
                case .gauge: $0 = .gauge(value)
                case .histogram(var histogram):
                    histogram.add(value)
                    $0 = .histogram(histogram)
                case .counter: break
                }
            }
        }

        func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

        private func change(_ body: (inout Value) -> Void) { owner.change(series, initial, body) }
    }
}

extension PrometheusText.Series {
    fileprivate init(_ name: String, _ dimensions: [(String, String)]) {
        self.name = name
        labels = dimensions.sorted { $0.0 < $1.0 }.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}

extension PrometheusText.Histogram {
    fileprivate mutating func add(_ value: Double) {
        for (index, bound) in PrometheusText.bounds.enumerated() where value <= bound { counts[index] += 1 }
        sum += value
        count += 1
    }
}

extension PrometheusText.Value {
    fileprivate static let emptyHistogram = PrometheusText.Value.histogram(
        PrometheusText.Histogram(counts: Array(repeating: 0, count: PrometheusText.bounds.count)))

    fileprivate var type: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }

    fileprivate func lines(_ name: String, _ labels: String) -> String {
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        switch self {
        case .counter(let count): return "\(name)\(braces) \(count)\n"
        case .gauge(let value): return "\(name)\(braces) \(Self.number(value))\n"
        case .histogram(let histogram):
            let before = labels.isEmpty ? "" : "\(labels),"
            var lines = ""
            for (bound, count) in zip(PrometheusText.bounds, histogram.counts) {
                lines += "\(name)_bucket{\(before)le=\"\(Self.number(bound))\"} \(count)\n"
            }
            return lines + "\(name)_bucket{\(before)le=\"+Inf\"} \(histogram.count)\n"
                + "\(name)_sum\(braces) \(Self.number(histogram.sum))\n\(name)_count\(braces) \(histogram.count)\n"
        }
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
