/// What is known of an image before its pixels are: how large it is, and what they consist of.
package struct ImageShape: Equatable, Sendable {
    package var size: Size
    /// Whether there is brightness alone instead of red, green and blue.
    package var isGreyscale: Bool
    package var hasAlpha: Bool

    package init(size: Size, isGreyscale: Bool, hasAlpha: Bool) {
        (self.size, self.isGreyscale, self.hasAlpha) = (size, isGreyscale, hasAlpha)
    }

    package var bands: Int { (isGreyscale ? 1 : 3) + (hasAlpha ? 1 : 0) }

    /// The same but for one thing.
    package func with<Value>(_ key: WritableKeyPath<ImageShape, Value>, _ value: Value) -> ImageShape {
        var shape = self
        shape[keyPath: key] = value
        return shape
    }
}
