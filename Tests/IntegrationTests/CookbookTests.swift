import SpoolCore
import SystemPackage
import TestSupport
import Testing

/// Each recipe of docs/cookbook.md, as it stands there, beside a real worker.
@Suite struct `The cookbook` {
    /// These need root and a systemd of their own: `make systemd-test` runs them.
    private static let withSystemd = [
        "One core at low priority, with systemd", "A second spool, with systemd", "A new version, with systemd",
    ]

    @Test(arguments: RecipeCheck.all) func `has a recipe that works`(check: RecipeCheck) async throws {
        try await check.body(RecipeRun(check.recipe))
    }

    @Test func `has no recipe without a check, and no check without a recipe`() throws {
        let recipes = try MarkdownPage("docs/cookbook.md").blocks.filter { $0.language == "sh" }.map(\.heading)
        #expect(recipes == RecipeCheck.all.map(\.recipe) + Self.withSystemd)
        let script = try MarkdownPage("scripts/systemd-test").text
        for recipe in Self.withSystemd { #expect(script.contains("recipe '\(recipe)'"), "\(recipe)") }
    }

    @Test func `says in a sentence what each recipe is for`() throws {
        for section in try MarkdownPage("docs/cookbook.md").text.split(separator: "\n### ").dropFirst() {
            // A block may have empty lines.
            let before = section.split(separator: "\n```sh\n")[0].split(separator: "\n\n")
            #expect(before.count == 2, "\(before[0])")
        }
    }
}

/// What must be so when a recipe has run.
struct RecipeCheck: Sendable, CustomTestStringConvertible {
    /// Its heading.
    var recipe: String
    var body: @Sendable (RecipeRun) async throws -> Void

    var testDescription: String { recipe }

    init(_ recipe: String, _ body: @escaping @Sendable (RecipeRun) async throws -> Void) {
        self.recipe = recipe
        self.body = body
    }

    /// In the order of the page.
    static let all = producing + looking + keeping + operating
}
