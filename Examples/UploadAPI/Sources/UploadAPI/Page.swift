import Hummingbird
import NIOCore

/// The page for people: one file, `page.html`, which is part of the program.
enum Page {
    private static let parts = String(decoding: PackageResources.page_html, as: UTF8.self)

    static func response(limit: Int) -> Response {
        // The policy lets the page's own style and script run, by a word that nobody can know before.
        let nonce = String(UInt128.random(in: .min ... .max), radix: 36)
        let html = parts.replacing("{{nonce}}", with: nonce).replacing("{{limit}}", with: "\(limit)")
        let policy = [
            "default-src 'none'", "script-src 'nonce-\(nonce)'", "style-src 'nonce-\(nonce)'", "img-src 'self'",
            "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
            "require-trusted-types-for 'script'", "trusted-types 'none'",
        ]
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentSecurityPolicy: policy.joined(separator: "; "),
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }
}
