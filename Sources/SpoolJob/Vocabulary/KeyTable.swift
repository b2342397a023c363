/// The keys of the job format for people: the documentation's tables in Markdown, and help for options of commands.
package enum KeyTable {
    package static let job = table(of: Job.kind)
    package static let srcset = SourceSetKind.table
    package static let input = table(of: Input.kind)
    package static let rendition = table(of: Rendition.kind)
    package static let modulate = table(of: Modulation.kind)
    package static let sharpen = table(of: Sharpening.kind)
    package static let overlay = table(of: Overlay.kind)
    package static let trim = table(of: Trim.kind)
    package static let extend = table(of: Extension.kind)
    package static let jpeg = table(of: JPEGOptions.kind)
    package static let png = table(of: PNGOptions.kind)
    package static let webp = table(of: WebPOptions.kind)
    package static let gif = table(of: GIFOptions.kind)
    package static let tiff = table(of: TIFFOptions.kind)
    package static let avif = table(of: AVIFOptions.kind)
    package static let jxl = table(of: JXLOptions.kind)
    package static let jp2 = table(of: JP2Options.kind)

    /// What a key of a rendition takes, for the help of an option: "a whole number from 1 to 100".
    package static func needs(ofRendition key: String) -> String { field(key).needs }

    /// What a missing key of a rendition means, for the help of an option: "cover".
    package static func defaultText(ofRendition key: String) -> String {
        let field = field(key)
        return field.shownDefault ?? field.defaultValue.map { $0.string ?? $0.text(indented: false) } ?? ""
    }

    /// - Throws: ``ErrorCode/jobInvalid`` if a key of a rendition does not take the value.
    package static func check(_ value: JSONValue, forRendition key: String) throws(JobError) {
        var rendition = Rendition.blank
        try field(key).decode(value, Place.job.key(key), &rendition)
    }

    /// - Parameter key: a literal of the program.
    private static func field(_ key: String) -> Field<Rendition> {
        guard let field = Rendition.kind.fields.first(where: { $0.key == key }) else {
            preconditionFailure("a rendition has no key \(key)")
        }
        return field
    }

    static func table<Owner>(of kind: ObjectKind<Owner>) -> String {
        let rows = kind.fields.map { field in
            "| `\(field.key)` | \(field.documentedNeeds) | \(field.documentedDefault) | \(field.meaning) |\n"
        }
        return "| key | takes | default | meaning |\n| --- | --- | --- | --- |\n" + rows.joined()
    }
}

extension Field {
    /// With the words that stand in a job as code.
    fileprivate var documentedNeeds: String {
        needs.replacing(/"[^"]*"/) { "`\($0.output)`" }
    }

    fileprivate var documentedDefault: String {
        if let defaultValue { return "`\(defaultValue.text(indented: false))`" }
        return isRequired ? "required" : shownDefault ?? ""
    }
}
