//! Decoding, turning, scaling, encoding.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngDecoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use media::file::Picture;
use media::file_type::FileType;
use media::key::Rendition;
use media::ports::{Drawn, Unfit};

/// Bytes that decoding one picture may take: 64 megapixels of 8 bytes.
const MEMORY: u64 = 512 * 1024 * 1024;
/// Bytes that may be taken by what a file brings beside its pixels.
const ASIDE: u64 = 16 * 1024 * 1024;
/// Quality of JPEG and of WebP, of 100: where a photo is no longer told from its original by eye.
const JPEG_QUALITY: u8 = 82;
const WEBP_QUALITY: f32 = 80.0;
/// Quality of what is kept for its letters.
const PAPER_QUALITY: u8 = 92;

fn broken(error: impl std::fmt::Display) -> Unfit {
    Unfit::Broken(error.to_string())
}

fn format(of: FileType) -> Result<ImageFormat, Unfit> {
    match of {
        FileType::Jpeg => Ok(ImageFormat::Jpeg),
        FileType::Png => Ok(ImageFormat::Png),
        FileType::Gif => Ok(ImageFormat::Gif),
        FileType::Webp => Ok(ImageFormat::WebP),
        FileType::Pdf => Err(Unfit::Broken("it is a document".to_owned())),
    }
}

/// Reads a picture. A PNG may bring a packed colour profile that unpacks to anything: it is left out where it takes more than
/// [`ASIDE`]. What the others bring beside the picture is no larger than the file.
fn decoder(of: FileType, bytes: &[u8]) -> Result<Box<dyn ImageDecoder + '_>, Unfit> {
    let bytes = Cursor::new(bytes);
    if of == FileType::Png {
        let decoder = PngDecoder::with_limits(bytes, bounded(ASIDE)).map_err(broken)?;
        return Ok(Box::new(decoder));
    }
    let mut reader = ImageReader::with_format(bytes, format(of)?);
    reader.limits(bounded(MEMORY));
    Ok(Box::new(reader.into_decoder().map_err(broken)?))
}

fn bounded(bytes: u64) -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(bytes);
    limits
}

/// The measures that the file itself tells, without decoding it.
pub(crate) fn announced(of: FileType, bytes: &[u8]) -> Result<(u32, u32), Unfit> {
    let (width, height) = decoder(of, bytes)?.dimensions();
    if width == 0 || height == 0 {
        return Err(Unfit::Broken("it has no pixels".to_owned()));
    }
    Ok((width, height))
}

/// The whole picture, turned as it is to be shown; of a moving one the first frame.
fn decode(of: FileType, bytes: &[u8]) -> Result<DynamicImage, Unfit> {
    let mut decoder = decoder(of, bytes)?;
    decoder.set_limits(bounded(MEMORY)).map_err(broken)?;
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture.apply_orientation(turned);
    Ok(picture)
}

pub(crate) fn measure(of: FileType, bytes: &[u8]) -> Result<Picture, Unfit> {
    let (width, height) = decode(of, bytes)?.dimensions();
    Ok(Picture {
        width,
        height,
        likeness: None,
    })
}

pub(crate) fn redraw(of: FileType, bytes: &[u8]) -> Result<Bytes, Unfit> {
    let picture = decode(of, bytes)?;
    if of == FileType::Jpeg {
        return jpeg(&picture.to_rgb8(), PAPER_QUALITY);
    }
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format(of)?).map_err(broken)?;
    Ok(out.into_inner().into())
}

pub(crate) fn all_widths(of: FileType, bytes: &[u8]) -> Result<Drawn, Unfit> {
    let picture = decode(of, bytes)?;
    let (width, height) = picture.dimensions();
    let likeness = Some(likeness(&picture));
    let mut pieces = Vec::new();
    // From the largest down, each from the one before: hardly worse than from the original, and much cheaper.
    let mut current = picture;
    let mut widths: Vec<u32> = media::key::WIDTHS.to_vec();
    widths.sort_unstable_by(|a, b| b.cmp(a));
    for wanted in widths {
        current = scaled(current, wanted);
        let paper = on_white(&current);
        for of in [FileType::Webp, FileType::Jpeg] {
            let bytes = if of == FileType::Webp {
                webp(&current)?
            } else {
                jpeg(&paper, JPEG_QUALITY)?
            };
            pieces.push((Rendition { width: wanted, of }, bytes));
        }
    }
    Ok(Drawn {
        picture: Picture {
            width,
            height,
            likeness,
        },
        pieces,
    })
}

/// At most so wide; never larger than it is.
fn scaled(picture: DynamicImage, wanted: u32) -> DynamicImage {
    let (width, height) = picture.dimensions();
    if width <= wanted {
        return picture;
    }
    let down = u64::from(height) * u64::from(wanted) / u64::from(width.max(1));
    let down = u32::try_from(down).unwrap_or(u32::MAX).max(1);
    picture.resize_exact(wanted, down, FilterType::Lanczos3)
}

/// JPEG knows no transparency: what is seen through is white.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let with_alpha = picture.to_rgba8();
    RgbImage::from_fn(with_alpha.width(), with_alpha.height(), |x, y| {
        let [red, green, blue, alpha] = with_alpha.get_pixel(x, y).0;
        let alpha = u32::from(alpha);
        let over = |colour: u8| {
            let mixed = (u32::from(colour) * alpha + 255 * (255 - alpha)) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Rgb([over(red), over(green), over(blue)])
    })
}

fn jpeg(picture: &RgbImage, quality: u8) -> Result<Bytes, Unfit> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality)
        .encode_image(picture)
        .map_err(broken)?;
    Ok(out.into())
}

fn webp(picture: &DynamicImage) -> Result<Bytes, Unfit> {
    let encode = |bytes: &[u8], layout, (width, height)| {
        let encoder = webp::Encoder::new(bytes, layout, width, height);
        let encoded = encoder.encode_simple(false, WEBP_QUALITY);
        let encoded = encoded.map_err(|error| Unfit::Broken(format!("{error:?}")))?;
        Ok(Bytes::copy_from_slice(&encoded))
    };
    let size = picture.dimensions();
    if picture.color().has_alpha() {
        encode(&picture.to_rgba8(), webp::PixelLayout::Rgba, size)
    } else {
        encode(&picture.to_rgb8(), webp::PixelLayout::Rgb, size)
    }
}

/// Is each of 8 × 8 fields darker than its right neighbour? Survives scaling, other quality and other brightness (the "difference hash"
/// of Neal Krawetz, <https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html>).
fn likeness(picture: &DynamicImage) -> u64 {
    let small = picture.resize_exact(9, 8, FilterType::Triangle).to_luma8();
    let mut bits = 0_u64;
    for y in 0..8 {
        for x in 0..8 {
            let darker = small.get_pixel(x, y).0 < small.get_pixel(x + 1, y).0;
            bits = (bits << 1) | u64::from(darker);
        }
    }
    bits
}
