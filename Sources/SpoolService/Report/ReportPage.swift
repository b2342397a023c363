import FoundationEssentials
import Glibc
import SpoolCore
import SpoolSystem
import SystemPackage

/// A report as one HTML file that needs nothing else and runs no script.
struct ReportPage {
    let report: SpoolReport
    /// Recent renditions and their bytes.
    let pictures: [(rendition: ResultDocument.RenditionImage, bytes: [UInt8])]

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <title>spool-worker report: \(escaped(report.spool.string))</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <header>
        <h1>\(escaped(report.spool.string))</h1>
        <p>\(Timestamp.text(report.now)), looking back \(words(seconds: report.span))\(skippedWords)</p>
        </header>
        <main>
        \(numbers)
        \(throughput)
        \(latency)
        \(failures)
        \(slowest)
        \(contactSheet)
        </main>
        </body>
        </html>

        """
    }

    private var skippedWords: String {
        report.skipped == 0 ? "" : "; \(report.skipped) more jobs were not looked at"
    }

    // MARK: Numbers

    private var numbers: String {
        let ended = report.done + report.failed
        let totals = report.intervals.flatMap(\.total)
        let rendered = report.intervals.flatMap(\.rendered)
        func time(_ share: Double, _ values: [Double]) -> String {
            SpoolReport.quantile(share, of: values).map(Self.words(milliseconds:)) ?? "–"
        }
        let items = [
            ("done", "\(report.done)"),
            ("failed", "\(report.failed)" + (ended == 0 ? "" : ", \(percent(report.failed, of: ended))")),
            ("renditions", "\(report.renditions)"),
            ("read, written", "\(ByteSize(report.inputBytes)), \(ByteSize(report.outputBytes))"),
            ("drop to end", "\(time(0.5, totals)), 95 % within \(time(0.95, totals))"),
            ("rendering", "\(time(0.5, rendered)), 95 % within \(time(0.95, rendered))"),
        ]
        return "<dl class=\"numbers\">\n"
            + items.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" }.joined(separator: "\n") + "\n</dl>"
    }

    private func percent(_ count: Int, of all: Int) -> String {
        let tenths = Int((Double(count) / Double(all) * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }

    // MARK: Plots

    private static let plot = (width: 720.0, height: 200.0, left: 84.0, bottom: 24.0, top: 12.0)

    private var throughput: String {
        let most = max(1, report.intervals.map { $0.done + $0.failed }.max() ?? 1)
        let plot = Self.plot
        let step = (plot.width - plot.left) / Double(report.intervals.count)
        func height(_ count: Int) -> Double { Double(count) / Double(most) * (plot.height - plot.bottom - plot.top) }
        var bars = ""
        for (index, interval) in report.intervals.enumerated() {
            let x = plot.left + Double(index) * step
            let base = plot.height - plot.bottom
            for (count, below, kind) in [(interval.done, 0, "done"), (interval.failed, interval.done, "failed")]
            where count > 0 {
                bars += """
                    <rect class="\(kind)" x="\(n(x + 1))" y="\(n(base - height(count + below)))" width="\(n(step - 2))" \
                    height="\(n(height(count)))"/>

                    """
            }
        }
        let rows = report.intervals.filter { $0.done + $0.failed > 0 }.map {
            [Timestamp.text($0.start), "\($0.done)", "\($0.failed)"]
        }
        return section(
            "Jobs", "Jobs that ended in each \(words(seconds: report.span / Double(report.intervals.count)))",
            legend: [("done", "done"), ("failed", "failed")], frame(most: Double(most), unit: { "\(Int($0))" }) + bars,
            table(["from", "done", "failed"], rows))
    }

    private var latency: String {
        let lines: [(kind: String, name: String, values: [Double?])] = [
            ("total", "drop to end, 95 %", report.intervals.map { SpoolReport.quantile(0.95, of: $0.total) }),
            ("done", "rendering, 95 %", report.intervals.map { SpoolReport.quantile(0.95, of: $0.rendered) }),
            ("median", "rendering, median", report.intervals.map { SpoolReport.quantile(0.5, of: $0.rendered) }),
        ]
        let most = max(1, lines.flatMap(\.values).compactMap(\.self).max() ?? 1)
        let plot = Self.plot
        let step = (plot.width - plot.left) / Double(report.intervals.count)
        // By the logarithm: a queue makes a thousand times of a rendering.
        func height(_ value: Double) -> Double {
            log(1 + value) / log(1 + most) * (plot.height - plot.bottom - plot.top)
        }
        var drawn = ""
        for line in lines {
            var points: [String] = []
            for (index, value) in line.values.enumerated() {
                guard let value else { continue }
                let (x, y) = (plot.left + (Double(index) + 0.5) * step, plot.height - plot.bottom - height(value))
                points.append("\(n(x)),\(n(y))")
                drawn += "<circle class=\"\(line.kind)\" cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"2.5\"/>\n"
            }
            if points.count > 1 {
                drawn += "<polyline class=\"\(line.kind)\" points=\"\(points.joined(separator: " "))\"/>\n"
            }
        }
        let rows = report.intervals.enumerated().filter { !$0.element.total.isEmpty }.map { index, interval in
            [Timestamp.text(interval.start)] + lines.map { $0.values[index].map(Self.words(milliseconds:)) ?? "–" }
        }
        return section(
            "Times", "Times of jobs that are done, on a logarithmic scale", legend: lines.map { ($0.kind, $0.name) },
            frame(most: most, unit: Self.words(milliseconds:), scale: { exp($0 * log(1 + most)) - 1 }) + drawn,
            table(["from"] + lines.map(\.name), rows))
    }

    /// Lines with their values, and the times at both ends.
    /// - Parameter scale: from a share of the height to a value.
    private func frame(most: Double, unit: (Double) -> String, scale: ((Double) -> Double)? = nil) -> String {
        let plot = Self.plot
        var text = ""
        for share in [0.0, 0.5, 1] {
            let y = plot.height - plot.bottom - share * (plot.height - plot.bottom - plot.top)
            let value = scale.map { $0(share) } ?? share * most
            text +=
                "<line class=\"grid\" x1=\"\(n(plot.left))\" x2=\"\(n(plot.width))\" y1=\"\(n(y))\" y2=\"\(n(y))\"/>\n"
            text += "<text x=\"\(n(plot.left - 6))\" y=\"\(n(y + 4))\" text-anchor=\"end\">\(unit(value))</text>\n"
        }
        let start = report.intervals.first.map { shortTime($0.start) } ?? ""
        return text
            + "<text x=\"\(n(plot.left))\" y=\"\(n(plot.height - 6))\">\(start)</text>\n"
            + "<text x=\"\(n(plot.width))\" y=\"\(n(plot.height - 6))\" text-anchor=\"end\">\(shortTime(report.now))</text>\n"
    }

    private func section(
        _ title: String, _ description: String, legend: [(kind: String, name: String)], _ drawing: String,
        _ numbers: String
    ) -> String {
        let plot = Self.plot
        let marks = legend.map { "<li><span class=\"mark \($0.kind)\"></span>\(escaped($0.name))</li>" }.joined()
        return """
            <section>
            <h2>\(title)</h2>
            <p>\(description). Times are UTC.</p>
            <ul class="legend">\(marks)</ul>
            <svg viewBox="0 0 \(n(plot.width)) \(n(plot.height))" role="img" aria-label="\(description); the numbers follow as a table">
            \(drawing)</svg>
            <details><summary>The numbers</summary>
            \(numbers)
            </details>
            </section>
            """
    }

    // MARK: Tables

    private var failures: String {
        guard !report.failures.isEmpty else { return "<section>\n<h2>Failures</h2>\n<p>No job failed.</p>\n</section>" }
        let rows = report.failures.map { failure in
            [
                "\(failure.count)", failure.code, failure.example.job, failure.example.error?.message ?? "",
            ]
        }
        return """
            <section>
            <h2>Failures</h2>
            \(table(["jobs", "code", "the last one", "what it says"], rows))
            </section>
            """
    }

    private var slowest: String {
        guard !report.slowest.isEmpty else { return "" }
        let rows = report.slowest.map { document in
            [
                Self.words(milliseconds: document.renderMilliseconds), document.job,
                (document.success?.input).map { "\($0.width)×\($0.height) \($0.format)" } ?? "",
                "\(document.renditions.count)",
            ]
        }
        return """
            <section>
            <h2>Slowest</h2>
            \(table(["rendering", "job", "source", "renditions"], rows))
            </section>
            """
    }

    private func table(_ head: [String], _ rows: [[String]]) -> String {
        let heads = head.map { "<th scope=\"col\">\(escaped($0))</th>" }.joined()
        let lines = rows.map { row in "<tr>" + row.map { "<td>\(escaped($0))</td>" }.joined() + "</tr>" }
        return """
            <div class="scroll" tabindex="0"><table>
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(lines.joined(separator: "\n"))
            </tbody></table></div>
            """
    }

    private var contactSheet: String {
        guard !pictures.isEmpty else { return "" }
        let figures = pictures.map { rendition, bytes in
            let name = escaped(rendition.path)
            return """
                <figure><img alt="\(name)" src="data:image/\(rendition.format);base64,\(Data(bytes).base64EncodedString())">
                <figcaption>\(name)<br>\(rendition.width)×\(rendition.height) \(rendition.format), \(ByteSize(rendition.bytes))</figcaption></figure>
                """
        }
        return """
            <section>
            <h2>Recent renditions</h2>
            <div class="sheet">
            \(figures.joined(separator: "\n"))
            </div>
            </section>
            """
    }

    // MARK: Words

    private static func words(milliseconds: Double) -> String {
        switch milliseconds {
        case ..<0.05: "0 ms"
        case ..<10: "\(Double(Int(milliseconds * 10)) / 10) ms"
        case ..<1000: "\(Int(milliseconds)) ms"
        case ..<60_000: "\(Double(Int(milliseconds / 100)) / 10) s"
        case ..<7_200_000: "\(Int(milliseconds / 60_000)) min"
        default: "\(Int(milliseconds / 3_600_000)) h"
        }
    }

    private func words(seconds: Double) -> String {
        switch seconds {
        case ..<120: "\(Int(seconds)) s"
        case ..<7200: "\(Int(seconds / 60)) min"
        case ..<172_800: "\(Int(seconds / 3600)) h"
        default: "\(Int(seconds / 86_400)) days"
        }
    }

    private func shortTime(_ date: Date) -> String { String(Timestamp.text(date).prefix(16)).replacing("T", with: " ") }

    private func n(_ value: Double) -> String { "\(Double(Int(value * 10)) / 10)" }

    /// Names and messages come from people whom nobody trusts.
    private func escaped(_ text: String) -> String {
        text.escapingControls.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    private static let style = """
        :root{--ink:#1b1f24;--soft:#57606a;--paper:#fff;--line:#d8dee4;--done:#1a7f37;--failed:#cf222e;--total:#8250df;--median:#0969da}
        @media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--paper:#0d1117;--line:#30363d;--done:#3fb950;--failed:#f85149;--total:#bc8cff;--median:#58a6ff}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:60rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
        h1{font-size:1.4rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:2.5rem 0 .25rem}
        header p,section>p,figcaption,dt{color:var(--soft);font-size:.875rem;margin:.25rem 0}
        .numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(16rem,100%),1fr));gap:.75rem;margin:1.5rem 0 0}
        .numbers div{border:1px solid var(--line);border-radius:.5rem;padding:.5rem .75rem}dd{margin:0;font-weight:600}
        svg{width:100%;height:auto;display:block}svg text{fill:var(--soft);font-size:12px}
        @media (max-width:40rem){svg text{font-size:20px}}
        .grid{stroke:var(--line)}polyline{fill:none;stroke-width:1.5}
        rect.done{fill:var(--done)}rect.failed{fill:var(--failed)}
        polyline.done{stroke:var(--done)}polyline.total{stroke:var(--total)}polyline.median{stroke:var(--median)}
        circle.done{fill:var(--done)}circle.total{fill:var(--total)}circle.median{fill:var(--median)}
        .legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:.25rem 0;padding:0;font-size:.875rem}
        .mark{display:inline-block;width:.75rem;height:.75rem;border-radius:.2rem;margin-right:.4rem;background:var(--done)}
        .mark.failed{background:var(--failed)}.mark.total{background:var(--total)}.mark.median{background:var(--median)}
        .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.875rem}
        th,td{text-align:left;padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:break-word}
        td:nth-child(-n+2){white-space:nowrap}td:last-child{min-width:10rem;padding-right:0}
        th{font-weight:600;white-space:nowrap}summary{cursor:pointer;font-size:.875rem;color:var(--soft)}
        .sheet{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:1rem;margin-top:.75rem}
        figure{margin:0}figure img{width:100%;height:8rem;object-fit:contain;background:repeating-conic-gradient(var(--line) 0 25%,transparent 0 50%) 0 0/16px 16px;border-radius:.25rem}
        figcaption{overflow-wrap:anywhere;font-size:.75rem}
        :focus-visible{outline:2px solid var(--median);outline-offset:2px}
        """
}
