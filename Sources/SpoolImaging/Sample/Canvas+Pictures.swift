extension Canvas {
    func hues() throws(VipsFailure) -> Raster {
        let angle = try y.applying("math2", input: "left") {
            $0.set("right", x)
            $0.set("math2", member: "atan2")
        }
        let distance = try distance()
        return try colours(
            lightness: distance.scaled(-18, plus: 84), chroma: distance.scaled(46, plus: 6), hue: angle)
    }

    func zonePlate() throws(VipsFailure) -> Raster {
        let square = try x.times(x).plus(y.times(y))
        return try colours(
            lightness: square.scaled(90 * 60).sine().scaled(38, plus: 54), chroma: flat(28),
            hue: x.scaled(70).plus(y.scaled(50)).scaled(1, plus: 250))
    }

    func ripples() throws(VipsFailure) -> Raster {
        var height = try flat(0)
        for (left, top, wavelength) in [(-0.7, -0.35, 0.11), (0.8, -0.5, 0.15), (0.1, 0.75, 0.13)] {
            height = try height.plus(distance(x: left, y: top).scaled(360 / wavelength).sine())
        }
        return try colours(
            lightness: height.scaled(14, plus: 58), chroma: height.scaled(5, plus: 36),
            hue: height.scaled(24, plus: 235).plus(x.scaled(35)))
    }

    func hills() throws(VipsFailure) -> Raster {
        // The sky: from evening blue above to apricot below.
        var picture = try colours(
            lightness: y.scaled(14, plus: 84), chroma: y.times(y).scaled(16, plus: 26),
            hue: y.scaled(150, plus: 400))
        let sun = try colours(lightness: flat(96), chroma: flat(34), hue: flat(88))
        let glow = try distance(x: 0.35, y: -0.3).scaled(-14, plus: 3.2)
        picture = try sun.mixed(over: picture, by: glow)
        for ridge in 0..<5 {
            let depth = Double(ridge)
            let coarse = try x.scaled(95 + 23 * depth, plus: 140 * depth).sine().scaled(0.1)
            let fine = try x.scaled(310 + 67 * depth, plus: 77 * depth).sine().scaled(0.035)
            let below = try y.plus(coarse.plus(fine)).scaled(240, plus: -240 * (0.22 * depth - 0.08))
            let colour = try colours(
                lightness: y.scaled(7, plus: 64 - 11 * depth), chroma: flat(20 + 3 * depth),
                hue: flat(305 - 36 * depth))
            picture = try colour.mixed(over: picture, by: below)
        }
        return picture
    }

    func julia() throws(VipsFailure) -> Raster {
        var real = try x.scaled(1.25)
        var imaginary = try y.scaled(1.25)
        var steps = try flat(0)
        for _ in 0..<40 {
            let square = try real.times(real)
            let imaginarySquare = try imaginary.times(imaginary)
            steps = try steps.plus(square.plus(imaginarySquare).isLess(than: 16))
            imaginary = try real.times(imaginary).scaled(2, plus: 0.156)
            real = try square.plus(imaginarySquare.scaled(-1)).scaled(1, plus: -0.8)
        }
        return try colours(
            lightness: steps.scaled(4.5).sine().scaled(78, plus: 10),
            chroma: steps.scaled(4.5).sine().scaled(34, plus: 18), hue: steps.scaled(7, plus: 240))
    }

    func glass() throws(VipsFailure) -> Raster {
        let alpha = try distance().scaled(-255 * 8, plus: 255 * 8 * 0.92).eightBit()
        return try Raster.joined([ripples(), alpha])
    }
}
