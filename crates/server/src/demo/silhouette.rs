//! A picture of a car: the silhouette of its body in the car's colour, as PNG.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// Pixels across and down: enough for a card in a list, and quickly drawn.
const WIDTH: u32 = 600;
const HEIGHT: u32 = 375;
/// Parts of a pixel across and down: edges come out soft.
const FINE: i32 = 4;
/// Such parts in a unit of the outlines below: 400 units are as wide as the picture.
const UNIT: i32 = 6;

type Corner = (i32, i32);
type Outline = &'static [Corner];

/// The shape of a body, in units, its nose to the left.
struct Shape {
    body: Outline,
    windows: &'static [Outline],
}

/// Where the ground begins.
const GROUND: i32 = 190;
/// The middles of the wheels.
const WHEELS: [Corner; 2] = [(96, 176), (306, 176)];
const TYRE: i32 = 28;
const HUB: i32 = 14;

const WALL: Rgb<u8> = Rgb([214, 221, 227]);
const FLOOR: Rgb<u8> = Rgb([168, 176, 184]);
const RUBBER: Rgb<u8> = Rgb([32, 34, 38]);
const STEEL: Rgb<u8> = Rgb([188, 193, 199]);
const GLASS: Rgb<u8> = Rgb([88, 106, 122]);

const SEDAN: Shape = Shape {
    body: &[
        (20, 178),
        (18, 147),
        (32, 133),
        (98, 122),
        (142, 84),
        (240, 82),
        (298, 119),
        (366, 127),
        (384, 145),
        (384, 178),
    ],
    windows: &[
        &[(115, 120), (149, 92), (188, 91), (188, 120)],
        &[(196, 120), (196, 91), (236, 90), (278, 119)],
    ],
};
const COUPE: Shape = Shape {
    body: &[
        (18, 178),
        (16, 150),
        (34, 137),
        (118, 126),
        (170, 94),
        (236, 93),
        (326, 124),
        (374, 131),
        (384, 150),
        (384, 178),
    ],
    windows: &[&[(138, 123), (176, 101), (233, 100), (288, 122)]],
};
const SUV: Shape = Shape {
    body: &[
        (20, 178),
        (18, 130),
        (32, 114),
        (102, 104),
        (134, 62),
        (350, 60),
        (376, 110),
        (382, 142),
        (382, 178),
    ],
    windows: &[
        &[(120, 104), (143, 72), (200, 71), (200, 104)],
        &[(208, 104), (208, 71), (275, 70), (275, 104)],
        &[(283, 104), (283, 70), (343, 69), (361, 104)],
    ],
};
const WAGON: Shape = Shape {
    body: &[
        (20, 178),
        (18, 145),
        (32, 131),
        (98, 120),
        (140, 80),
        (346, 80),
        (376, 119),
        (384, 142),
        (384, 178),
    ],
    windows: &[
        &[(115, 118), (147, 89), (200, 88), (200, 118)],
        &[(208, 118), (208, 88), (272, 88), (272, 118)],
        &[(280, 118), (280, 88), (339, 88), (360, 118)],
    ],
};
const HATCHBACK: Shape = Shape {
    body: &[
        (34, 178),
        (32, 142),
        (44, 128),
        (108, 116),
        (146, 74),
        (304, 74),
        (346, 112),
        (364, 126),
        (366, 178),
    ],
    windows: &[
        &[(124, 115), (154, 83), (208, 82), (208, 115)],
        &[(216, 115), (216, 82), (298, 83), (332, 115)],
    ],
};
const PICKUP: Shape = Shape {
    body: &[
        (14, 178),
        (12, 132),
        (26, 120),
        (97, 112),
        (130, 66),
        (215, 64),
        (228, 116),
        (388, 116),
        (390, 178),
    ],
    windows: &[
        &[(114, 111), (138, 75), (166, 74), (166, 111)],
        &[(174, 111), (174, 74), (208, 73), (217, 111)],
    ],
};

fn shape(body: &str) -> &'static Shape {
    match body {
        "coupe" => &COUPE,
        "suv" => &SUV,
        "wagon" => &WAGON,
        "hatchback" => &HATCHBACK,
        "pickup" => &PICKUP,
        _ => &SEDAN,
    }
}

/// A colour of [`super::cars::COLORS`] as a screen shows it.
fn paint(color: &str) -> Rgb<u8> {
    Rgb(match color {
        "White" => [246, 247, 247],
        "Black" => [28, 29, 31],
        "Gray" => [108, 113, 119],
        "Silver" => [190, 194, 199],
        "Blue" => [34, 84, 160],
        "Red" => [176, 28, 36],
        "Green" => [38, 94, 66],
        "Pearl White" => [243, 239, 228],
        "Midnight Blue" => [22, 32, 74],
        "Bronze" => [128, 88, 52],
        _ => [130, 130, 130],
    })
}

/// A car of this body and colour.
pub(super) fn png(body: &str, color: &str) -> anyhow::Result<Vec<u8>> {
    let shape = shape(body);
    let mut picture = RgbImage::from_pixel(WIDTH, HEIGHT, WALL);
    let ground = |line| {
        if line < GROUND * UNIT {
            None
        } else {
            Some((0, 400 * UNIT))
        }
    };
    fill(&mut picture, FLOOR, |line| ground(line).into_iter().collect());
    fill(&mut picture, paint(color), |line| inside(shape.body, line));
    for window in shape.windows {
        fill(&mut picture, GLASS, |line| inside(window, line));
    }
    for middle in WHEELS {
        fill(&mut picture, RUBBER, |line| around(middle, TYRE, line));
        fill(&mut picture, STEEL, |line| around(middle, HUB, line));
    }
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, ImageFormat::Png)?;
    Ok(out.into_inner())
}

/// Paints what `spans` says of each fine line: from where to where it is covered. A pixel takes as much of the colour as is covered of it.
fn fill(picture: &mut RgbImage, color: Rgb<u8>, spans: impl Fn(i32) -> Vec<(i32, i32)>) {
    for (y, row) in (0..).zip(picture.rows_mut()) {
        let covered: Vec<_> = (0..FINE).flat_map(|n| spans(y * FINE + n)).collect();
        if covered.is_empty() {
            continue;
        }
        for (x, pixel) in (0..).zip(row) {
            let (left, right) = (x * FINE, (x + 1) * FINE);
            let parts = covered
                .iter()
                .map(|(from, to)| ((*to).min(right) - (*from).max(left)).max(0));
            *pixel = mixed(*pixel, color, parts.sum());
        }
    }
}

/// From where to where a fine line lies within an outline.
fn inside(outline: &[Corner], line: i32) -> Vec<(i32, i32)> {
    let corners = outline.iter().map(|(x, y)| (x * UNIT, y * UNIT));
    let next = corners.clone().cycle().skip(1);
    let mut cuts: Vec<i32> = corners
        .zip(next)
        .filter(|((_, from), (_, to))| (*from <= line) != (*to <= line))
        .map(|(from, to)| from.0 + (to.0 - from.0) * (line - from.1) / (to.1 - from.1))
        .collect();
    cuts.sort_unstable();
    cuts.as_chunks::<2>()
        .0
        .iter()
        .map(|[from, to]| (*from, *to))
        .collect()
}

/// From where to where a fine line lies within a circle.
fn around((x, y): Corner, radius: i32, line: i32) -> Vec<(i32, i32)> {
    let (x, off, radius) = (x * UNIT, line - y * UNIT, radius * UNIT);
    let half = (radius * radius - off * off).checked_isqrt();
    half.map(|half| (x - half, x + half)).into_iter().collect()
}

/// `parts` of a pixel's [`FINE`]² in another colour.
fn mixed(below: Rgb<u8>, above: Rgb<u8>, parts: i32) -> Rgb<u8> {
    let whole = FINE * FINE;
    let mix = |below: u8, above: u8| {
        let sum = i32::from(below) * (whole - parts) + i32::from(above) * parts;
        u8::try_from(sum / whole).unwrap_or(u8::MAX)
    };
    let ([red, green, blue], [over_red, over_green, over_blue]) = (below.0, above.0);
    Rgb([mix(red, over_red), mix(green, over_green), mix(blue, over_blue)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::cars::{COLORS, MODELS};

    fn drawn(body: &str, color: &str) -> RgbImage {
        image::load_from_memory(&png(body, color).unwrap())
            .unwrap()
            .to_rgb8()
    }

    #[test]
    fn a_car_is_shown_in_its_colour_before_the_wall() {
        for color in COLORS {
            let picture = drawn("sedan", color);
            assert_eq!(picture.dimensions(), (WIDTH, HEIGHT));
            // The door, the wall, the floor, a tyre.
            assert_eq!(*picture.get_pixel(300, 215), paint(color), "{color}");
            assert_eq!(*picture.get_pixel(300, 20), WALL);
            assert_eq!(*picture.get_pixel(300, 360), FLOOR);
            assert_eq!(*picture.get_pixel(144, 297), RUBBER);
        }
    }

    #[test]
    fn every_body_that_is_sold_has_a_shape_of_its_own() {
        let mut bodies: Vec<&str> = MODELS.iter().map(|model| model.body).collect();
        bodies.sort_unstable();
        bodies.dedup();
        let pictures: Vec<_> = bodies.iter().map(|body| png(body, "Red").unwrap()).collect();
        for (n, one) in pictures.iter().enumerate() {
            let same = pictures.iter().filter(|other| *other == one).count();
            assert_eq!(same, 1, "{:?}", bodies.get(n));
        }
    }
}
