import Foundation
import SpoolJob
import Testing

@Suite struct `A job` {
    private func job(_ text: String) throws -> Job { try Job(json: JSONValue(parsing: text.utf8)) }

    @Test func `of five seconds gets all defaults`() throws {
        let job = try job(#"{"input": "cat.jpg", "renditions": [{"path": "cat-320.webp", "width": 320}]}"#)
        #expect(job.input == Input(path: "cat.jpg", autoOrient: true, failOn: .warning))
        #expect(
            job.renditions == [
                Rendition(
                    path: "cat-320.webp", format: .webp, width: 320, height: nil, fit: .cover, position: .centre,
                    background: .black, withoutEnlargement: false, quality: nil)
            ])
        #expect(job.timeout == nil)
        #expect(job.metadata == nil)
    }

    @Test func `with everything in it is read in full`() throws {
        let job = try job(
            #"""
            {"input": {"path": "a.png", "autoOrient": false, "failOn": "none"}, "timeout": 2.5, "maxAttempts": 3,
             "notBefore": "2026-01-31T10:30:00.25+01:00", "metadata": {"z": 1.50, "a": null},
             "renditions": [{"path": "x/y.bin", "format": "jpeg", "width": 10, "height": 20, "fit": "contain",
                "position": "left top", "background": {"r": 1, "g": 2, "b": 3, "alpha": 0.5},
                "withoutEnlargement": true, "quality": 55},
               {"path": "b.png", "position": "attention", "background": "#ff800080"}]}
            """#)
        #expect(job.input == Input(path: "a.png", autoOrient: false, failOn: FailOn.none))
        #expect(job.timeout == 2.5)
        #expect(job.maxAttempts == 3)
        #expect(job.notBefore == Date(timeIntervalSince1970: 1_769_851_800.25))
        #expect(job.metadata?.text(indented: false) == #"{"z":1.50,"a":null}"#)
        #expect(
            job.renditions[0]
                == Rendition(
                    path: "x/y.bin", format: .jpeg, width: 10, height: 20, fit: .contain, position: .northwest,
                    background: Colour(red: 1, green: 2, blue: 3, alpha: 0.5), withoutEnlargement: true, quality: 55))
        #expect(job.renditions[1].position == .attention)
        #expect(job.renditions[1].background == Colour(red: 255, green: 128, blue: 0, alpha: 128.0 / 255))
        #expect(try Job(json: JSONValue(parsing: job.json.text().utf8)) == job)
    }

    @Test func `with a srcset has every width in every format`() throws {
        let job = try job(
            #"""
            {"input": "cat.jpg", "renditions": [{"path": "a.png"}],
             "srcset": {"widths": [320, 640], "formats": ["webp", "jpeg"], "path": "cat/{width}.{format}",
                        "options": {"quality": 60, "greyscale": true}}}
            """#)
        #expect(
            job.renditions.map(\.path) == ["a.png", "cat/320.webp", "cat/640.webp", "cat/320.jpg", "cat/640.jpg"])
        #expect(job.renditions.map(\.width) == [nil, 320, 640, 320, 640])
        #expect(job.renditions.dropFirst().allSatisfy { $0.encoding.quality == 60 && $0.greyscale })
        #expect(try Job(json: job.json) == job)
        let many = (1...50).map(String.init).joined(separator: ",")
        let text = #"""
            {"input": "a", "renditions": [{"path": "b.png"}],
             "srcset": {"widths": [\#(many)], "formats": ["webp", "jpeg"], "path": "{width}.{format}"}}
            """#
        #expect {
            _ = try self.job(text)
        } throws: {
            ($0 as? JobError)?.message.hasPrefix("srcset makes 101 renditions") == true
        }
        // Refused before any is made.
        #expect {
            _ = try self.job(text.replacing(#""jpeg"]"#, with: #""jpeg", "png"]"#))
        } throws: {
            ($0 as? JobError)?.message.hasPrefix("srcset makes 150 renditions, more than 100") == true
        }
    }

    @Test(arguments: [
        ("[]", "the file must be an object"),
        ("{}", "input is missing"),
        (
            #"{"input": "a", "srcset": {"widths": [1, 2], "formats": ["webp"], "path": "a.webp"}}"#,
            "srcset.path names one file for several renditions"
        ),
        (
            #"{"input": "a", "srcset": {"widths": [1], "formats": ["png"], "path": "a", "options": {"quality": 3}}}"#,
            "srcset.options.quality has no meaning for png"
        ),
        (
            #"{"input": "a", "srcset": {"widths": [1], "formats": ["png"], "path": "a", "options": {"width": 3}}}"#,
            "srcset.options.width is what the set fills in"
        ),
        (#"{"input":"a"}"#, "renditions is missing"),
        (#"{"input":"a","renditions":[]}"#, "renditions takes 1 to 100"),
        (#"{"input":"a","renditions":{}}"#, "renditions takes an array of 1 to 100 renditions, not an object"),
        (#"{"input":"","renditions":[{"path":"b.png"}]}"#, "input is empty"),
        (
            #"{"input":"\#(String(repeating: "a", count: 4097))","renditions":[{"path":"b.png"}]}"#,
            "input has 4097 characters"
        ),
        (#"{"input":7,"renditions":[{"path":"b.png"}]}"#, "input takes a path, or an object with a path, not a number"),
        (#"{"input":"a\u0000b","renditions":[{"path":"b.png"}]}"#, "zero byte"),
        (
            #"{"input":{"pth":"a"},"renditions":[{"path":"b.png"}]}"#,
            #"input.pth is not a known key; did you mean "path"?"#
        ),
        (#"{"inptu":"a","renditions":[{"path":"b.png"}]}"#, #"inptu is not a known key; did you mean "input"?"#),
        (
            #"{"input":"a","renditions":[{"path":"b.png","widht":3}]}"#,
            #"renditions[0].widht is not a known key; did you mean "width"?"#
        ),
        (
            #"{"input":"a","renditions":[{"path":"b.jxl","quality":80,"jxl":{"distance":1}}]}"#,
            #"renditions[0].jxl.distance has no meaning beside "quality""#
        ),
        (
            #"{"input":"a","renditions":[{"path":"b.webp","effort":3}]}"#,
            #"renditions[0].effort is not a known key; it belongs in png, webp, gif, avif, jxl, as in "png": {"effort": …}"#
        ),
        (#"{"input":"a","renditions":[{"path":"b.png","zzzzzz":3}]}"#, "known are path, overwrite, format"),
        (
            #"{"input":"a","renditions":[{"path":"a.png"},{"path":"b.png","width":"3"}]}"#,
            "renditions[1].width takes a whole number from 1 to 65535, not a string"
        ),
        (#"{"input":"a","renditions":[{"path":"b.png","width":0}]}"#, "not 0"),
        (#"{"input":"a","renditions":[{"path":"b.png","width":-1}]}"#, "not -1"),
        (#"{"input":"a","renditions":[{"path":"b.png","width":1000000000}]}"#, "not 1000000000"),
        (#"{"input":"a","renditions":[{"path":"b.png","width":1e400}]}"#, "not 1e400"),
        (#"{"input":"a","renditions":[{"path":"b.png","width":1.5}]}"#, "not 1.5"),
        (
            #"{"input":"a","renditions":[{"path":"b.png","fit":"crop"}]}"#,
            #"renditions[0].fit has the unknown value "crop""#
        ),
        (#"{"input":"a","renditions":[{"path":"b.png","fit":"contian"}]}"#, #"did you mean "contain"?"#),
        (#"{"input":"a","renditions":[{"path":"b.png","quality":50}]}"#, "lossless"),
        (#"{"input":"a","renditions":[{"path":"b.jpg","quality":101}]}"#, "1 to 100, not 101"),
        (#"{"input":"a","renditions":[{"path":"b"}]}"#, "no extension"),
        (#"{"input":"a","renditions":[{"path":"b.bmp"}]}"#, ".bmp is of no known format"),
        (
            #"{"input":"a","renditions":[{"path":"b.png"},{"path":"b.png"}]}"#,
            "renditions[1].path is the same as that of renditions[0]"
        ),
        (#"{"input":"a","renditions":[{"path":"b.png","background":"redd"}]}"#, "is not a colour"),
        (#"{"input":"a","renditions":[{"path":"b.png","background":{"r":256}}]}"#, "renditions[0].background.r takes"),
        (#"{"input":"a","renditions":[{"path":"b.png","background":{"alpha":2}}]}"#, "renditions[0].background.alpha"),
        (#"{"input":"a","renditions":[{"path":"b.png","withoutEnlargement":1}]}"#, "takes true or false, not a number"),
        (#"{"input":"a","renditions":[{"path":"b.png","fit":"contain","position":"entropy"}]}"#, "needs the fit"),
        (#"{"input":"a","renditions":["b.png"]}"#, "renditions[0] must be an object"),
        (
            #"{"input":"a","renditions":[{"path":"b.png"}],"timeout":0}"#,
            "timeout takes a number of at least 0.1, not 0"
        ),
        (#"{"input":"a","renditions":[{"path":"b.png"}],"timeout":1e-9}"#, "at least 0.1, not 1e-9"),
        (#"{"input":"a","renditions":[{"path":".spool-w-1-0.tmp","format":"png"}]}"#, "renditions[0].path has a name"),
        (#"{"input":"a","renditions":[{"path":"a/.SPOOL-x/b.png"}]}"#, "reserved"),
        (#"{"input":"a","renditions":[{"path":"/srv/.spool-b.png"}]}"#, "reserved"),
    ])
    func `with a mistake is refused with its place`(text: String, message: String) {
        let error = #expect(throws: JobError.self) { try job(text) }
        #expect(error?.code == .jobInvalid)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.retryable == false)
    }

    @Test(arguments: ["key", "path", "number", "value", "extension"])
    func `with a mistake of many kilobytes is refused in a few words`(place: String) {
        let long = String(repeating: "x", count: 100_000)
        let texts = [
            "key": #"{"\#(long)":"a"}"#, "path": #"{"input":"a","renditions":[{"path":"\#(long)"}]}"#,
            "number":
                #"{"input":"a","renditions":[{"path":"b.png","width":1\#(String(repeating: "0", count: 9999))}]}"#,
            "value": #"{"input":"a","renditions":[{"path":"b.png","fit":"\#(long)"}]}"#,
            "extension": #"{"input":"a","renditions":[{"path":"b.\#(long.prefix(4000))"}]}"#,
        ]
        let problems = [
            "key": "known key", "path": "100000 characters", "number": "whole number", "value": "unknown value",
            "extension": "no known format",
        ]
        let error = #expect(throws: JobError.self) { try job(texts[place] ?? "") }
        #expect(error?.message.contains(problems[place] ?? "?") == true, "\(error?.message ?? "")")
        #expect(error.map { $0.message.utf8.count <= JobError.maximumMessageBytes } == true)
    }

    @Test(arguments: [0.1, 0.1234567, 1e300, 12]) func `keeps its timeout to the digit`(timeout: Double) throws {
        let job = Job(input: Input(path: "a"), renditions: [Rendition(path: "b.png", format: .png)], timeout: timeout)
        #expect(try Job(json: JSONValue(parsing: job.json.text().utf8)) == job)
    }

    @Test(arguments: [".spool", "a.spool-b", "spool-x", "..spool-x"])
    func `may name files that only look like reserved ones`(name: String) throws {
        _ = try job(#"{"input":"a","renditions":[{"path":"\#(name)/b.png"}]}"#)
    }

    @Test func `has at most a hundred renditions`() throws {
        func text(_ count: Int) -> String {
            let renditions = (0..<count).map { #"{"path":"\#($0).png"}"# }.joined(separator: ",")
            return #"{"input":"a","renditions":[\#(renditions)]}"#
        }
        #expect(try job(text(100)).renditions.count == 100)
        #expect(throws: JobError.self) { try job(text(101)) }
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0.0), ("2000-02-29T23:59:59.999Z", 951_868_799.999),
        ("2026-01-31T09:30:00+05:45", 1_769_831_100), ("2026-01-31t09:30:00z", 1_769_851_800),
        ("2099-12-31T23:59:59-00:00", 4_102_444_799), ("2026-01-31T09:30:00.1239Z", 1_769_851_800.123),
    ])
    func `has a time as RFC 3339 writes it`(text: String, seconds: Double) throws {
        let job = try job(#"{"input":"a","renditions":[{"path":"b.png"}],"notBefore":"\#(text)"}"#)
        #expect(job.notBefore == Date(timeIntervalSince1970: seconds))
        #expect(try Job(json: JSONValue(parsing: job.json.text().utf8)) == job)
    }

    @Test(arguments: [
        (#""2026-02-29T00:00:00Z""#, "notBefore has a day that its month does not have: 2026-02-29T00:00:00Z"),
        (#""2026-01-31T09:30:00""#, "with Z or an offset such as +01:00, not \"2026-01-31T09:30:00\""),
        (#""tomorrow""#, "notBefore takes a time such as"),
        ("1769851800", "(RFC 3339), from 1970 to 2099, not a number"),
        (#""2100-01-01T00:00:00Z""#, "from 1970 to 2099"),
        (#""2099-12-31T23:59:59-00:01""#, "notBefore lies before 1970 or after 2099 by UTC"),
        (#""1970-01-01T00:00:00+00:01""#, "notBefore lies before 1970 or after 2099 by UTC"),
    ])
    func `with a wrong time is refused clearly`(value: String, problem: String) {
        #expect {
            _ = try self.job(#"{"input":"a","renditions":[{"path":"b.png"}],"notBefore":\#(value)}"#)
        } throws: {
            ($0 as? JobError)?.message.contains(problem) == true
        }
    }

    @Test(arguments: ["centre", "center", "north", "top", "right top", "left", "southwest", "entropy"])
    func `knows sharp's positions`(name: String) throws {
        _ = try job(#"{"input":"a","renditions":[{"path":"b.png","position":"\#(name)"}]}"#)
    }
}
