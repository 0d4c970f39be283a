//! A picture of a car: the silhouette of its body in the car's colour, as PNG.

use std::io::Cursor;

use anyhow::Context;
use image::{DynamicImage, ImageFormat, RgbaImage};
use tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Rect, Transform};

/// Pixels across and down: enough for a card in a list, and quickly drawn.
const WIDTH: u32 = 600;
const HEIGHT: u32 = 375;
/// Pixels of a unit of the outlines below.
const SCALE: f32 = 1.5;

type Rgb = [u8; 3];
type Corner = (i16, i16);
type Outline = &'static [Corner];

/// The shape of a body, in units, its nose to the left.
struct Shape {
    body: Outline,
    windows: &'static [Outline],
}

/// Where the ground begins.
const GROUND: f32 = 190.0;
/// The middles of the wheels.
const WHEELS: [(f32, f32); 2] = [(96.0, 176.0), (306.0, 176.0)];
const TYRE: f32 = 28.0;
const HUB: f32 = 14.0;

const WALL: Rgb = [214, 221, 227];
const FLOOR: Rgb = [168, 176, 184];
const RUBBER: Rgb = [32, 34, 38];
const STEEL: Rgb = [188, 193, 199];
const GLASS: Rgb = [88, 106, 122];

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
fn paint(color: &str) -> Rgb {
    match color {
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
    }
}

/// A car of this body and colour.
pub(super) fn png(body: &str, color: &str) -> anyhow::Result<Vec<u8>> {
    let shape = shape(body);
    let mut picture = Pixmap::new(WIDTH, HEIGHT).context("a picture has pixels")?;
    picture.fill(opaque(WALL));
    let ground = Rect::from_ltrb(0.0, GROUND, 400.0, 250.0).map(PathBuilder::from_rect);
    fill(&mut picture, FLOOR, ground)?;
    fill(&mut picture, paint(color), outline(shape.body))?;
    for window in shape.windows {
        fill(&mut picture, GLASS, outline(window))?;
    }
    for (x, y) in WHEELS {
        for (color, radius) in [(RUBBER, TYRE), (STEEL, HUB)] {
            fill(&mut picture, color, PathBuilder::from_circle(x, y, radius))?;
        }
    }
    let pixels = RgbaImage::from_raw(WIDTH, HEIGHT, picture.take()).context("four bytes a pixel")?;
    let mut out = Cursor::new(Vec::new());
    DynamicImage::from(pixels)
        .to_rgb8()
        .write_to(&mut out, ImageFormat::Png)?;
    Ok(out.into_inner())
}

fn opaque([red, green, blue]: Rgb) -> Color {
    Color::from_rgba8(red, green, blue, u8::MAX)
}

fn outline(corners: Outline) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (n, (x, y)) in corners.iter().enumerate() {
        let (x, y) = (f32::from(*x), f32::from(*y));
        if n == 0 {
            path.move_to(x, y);
        } else {
            path.line_to(x, y);
        }
    }
    path.close();
    path.finish()
}

fn fill(picture: &mut Pixmap, color: Rgb, path: Option<Path>) -> anyhow::Result<()> {
    let path = path.context("an outline has an inside")?;
    let mut paint = Paint::default();
    paint.set_color(opaque(color));
    picture.fill_path(
        &path,
        &paint,
        FillRule::Winding,
        Transform::from_scale(SCALE, SCALE),
        None,
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

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
            assert_eq!(picture.get_pixel(300, 215).0, paint(color), "{color}");
            assert_eq!(picture.get_pixel(300, 20).0, WALL);
            assert_eq!(picture.get_pixel(300, 360).0, FLOOR);
            assert_eq!(picture.get_pixel(144, 297).0, RUBBER);
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
