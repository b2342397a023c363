/// What must be readable to draw text: fonts, which of them stands for which name, and how PDF counts characters.
package enum FontFolders {
    package static let all = [
        "/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/usr/share/fontconfig", "/var/cache/fontconfig",
        "/usr/share/poppler",
    ]
}
