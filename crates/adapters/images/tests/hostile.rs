//! Files that are not what they say, or say more than they should.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::io::Cursor;
#[cfg(target_os = "linux")]
use std::io::Write as _;

use bytes::Bytes;
#[cfg(target_os = "linux")]
use flate2::{Compression, write::ZlibEncoder};
use forecourt_images::Studio;
use image::codecs::gif::GifEncoder;
use image::{Delay, DynamicImage, Frame, ImageFormat, RgbImage, RgbaImage};
use media::file_type::FileType;
use media::ports::{Images, Unfit};

fn photo(width: u32, height: u32) -> DynamicImage {
    let of = |n: u32| u8::try_from(n % 256).unwrap();
    RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([of(x * 3), of(y * 5), of(x * y / 7)])
    })
    .into()
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// A JPEG that carries a place in its metadata, and is to be turned by a quarter.
fn jpeg_with_a_place() -> Vec<u8> {
    let plain = encoded(&photo(60, 40), ImageFormat::Jpeg);
    // TIFF, little endian: one directory with Orientation = 6 and a pointer to a GPS directory that holds a latitude.
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    tiff.extend(b"\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0");
    tiff.extend(b"\x01\0\x01\0\x02\0\x02\0\0\0N\0\0\0\0\0\0\0GPS 40.7128 N 74.0060 W");
    let mut segment = b"Exif\0\0".to_vec();
    segment.extend(tiff);
    let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, &segment, &plain[2..]].concat()
}

/// A PNG that says it has so many pixels.
fn png_bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = encoded(&photo(8, 8), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

/// CRC-32 of PNG (ISO/IEC 15948, annex D).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                0xedb8_8320 ^ (crc >> 1)
            } else {
                crc >> 1
            }
        })
    })
}

async fn measure(of: FileType, bytes: impl Into<Bytes>) -> Result<media::file::Picture, Unfit> {
    Studio::new().measure(of, bytes.into()).await
}

#[tokio::test]
async fn what_says_it_is_huge_is_refused_before_it_takes_memory() {
    for (width, height) in [(50_000, 50_000), (u32::MAX >> 1, 1), (16_000, 16_000)] {
        let refused = measure(FileType::Png, png_bomb(width, height)).await;
        assert!(
            matches!(refused, Err(Unfit::TooLarge { .. } | Unfit::Broken(_))),
            "{width} × {height}: {refused:?}"
        );
    }
    assert_eq!(
        measure(FileType::Png, png_bomb(50_000, 50_000)).await,
        Err(Unfit::TooLarge {
            width: 50_000,
            height: 50_000
        })
    );
}

/// A small PNG with a colour profile that unpacks to so many bytes.
#[cfg(target_os = "linux")]
fn png_with_a_large_profile(bytes: usize) -> Vec<u8> {
    let plain = encoded(&photo(100, 100), ImageFormat::Png);
    let mut packed = ZlibEncoder::new(b"iCCPany\0\0".to_vec(), Compression::best());
    for _ in 0..bytes / 4_096 {
        packed.write_all(&[0; 4_096]).unwrap();
    }
    let chunk = packed.finish().unwrap();
    let length = u32::try_from(chunk.len() - 4).unwrap().to_be_bytes();
    let checksum = crc(&chunk).to_be_bytes();
    [&plain[..33], &length, &chunk, &checksum, &plain[33..]].concat()
}

/// The most memory that this process ever had, in bytes.
#[cfg(target_os = "linux")]
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let kilobytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1_024
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_colour_profile_that_unpacks_to_anything_takes_no_memory() {
    const PROFILE: usize = 400 * 1024 * 1024;
    let file = png_with_a_large_profile(PROFILE);
    assert!(file.len() < 1024 * 1024);
    let before = peak();
    let picture = measure(FileType::Png, file.clone()).await.unwrap();
    assert_eq!((picture.width, picture.height), (100, 100));
    let clean = Studio::new().redraw(FileType::Png, file.into()).await.unwrap();
    assert!(clean.len() < 100_000, "the profile stays behind");
    let taken = peak() - before;
    assert!(taken < PROFILE / 4, "{taken} bytes were taken");
}

#[tokio::test]
async fn what_is_no_picture_is_refused() {
    let jpeg = encoded(&photo(200, 100), ImageFormat::Jpeg);
    let png = encoded(&photo(200, 100), ImageFormat::Png);
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
    let cases: [(&str, FileType, Vec<u8>); 9] = [
        ("nothing", FileType::Png, Vec::new()),
        ("SVG as PNG", FileType::Png, svg.clone()),
        (
            "SVG behind the head of a PNG",
            FileType::Png,
            [&png[..8], &svg].concat(),
        ),
        ("half a PNG", FileType::Png, png[..png.len() / 2].to_vec()),
        ("the head of a JPEG", FileType::Jpeg, jpeg[..20].to_vec()),
        ("a GIF that ends", FileType::Gif, b"GIF89a".to_vec()),
        (
            "a WebP of nothing",
            FileType::Webp,
            b"RIFF\x04\0\0\0WEBP".to_vec(),
        ),
        ("a JPEG as PNG", FileType::Png, jpeg),
        ("a document", FileType::Pdf, b"%PDF-1.7".to_vec()),
    ];
    for (what, of, bytes) in cases {
        let refused = measure(of, bytes).await;
        assert!(matches!(refused, Err(Unfit::Broken(_))), "{what}: {refused:?}");
    }
}

#[tokio::test]
async fn of_a_file_that_is_two_things_the_picture_alone_is_left() {
    const SCRIPT: &[u8] = b"<html><script>alert(1)</script>PK\x03\x04 and what an archive holds";
    let studio = Studio::new();
    for (of, format) in [
        (FileType::Jpeg, ImageFormat::Jpeg),
        (FileType::Png, ImageFormat::Png),
        (FileType::Gif, ImageFormat::Gif),
        (FileType::Webp, ImageFormat::WebP),
    ] {
        let both = Bytes::from([encoded(&photo(60, 40), format), SCRIPT.to_vec()].concat());
        assert_eq!(FileType::of(&both), Some(of), "by its beginning it is a picture");
        let mut left = vec![studio.redraw(of, both.clone()).await.unwrap()];
        let drawn = studio.draw(of, both).await.unwrap();
        left.extend(drawn.pieces.into_iter().map(|(_, bytes)| bytes));
        for bytes in left {
            let found = bytes
                .windows(8)
                .any(|some| some == b"<script>" || some == b"alert(1)");
            assert!(!found, "{of:?}");
        }
    }
}

#[tokio::test]
async fn every_byte_can_be_wrong_without_harm() {
    let studio = Studio::new();
    for (of, format) in [
        (FileType::Jpeg, ImageFormat::Jpeg),
        (FileType::Png, ImageFormat::Png),
        (FileType::Gif, ImageFormat::Gif),
        (FileType::Webp, ImageFormat::WebP),
    ] {
        let good = encoded(&photo(24, 16), format);
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 0xa5;
            drop(studio.draw(of, bytes.into()).await);
        }
    }
}

#[tokio::test]
async fn no_metadata_leaves_and_the_picture_is_turned() {
    let drawn = Studio::new()
        .draw(FileType::Jpeg, jpeg_with_a_place().into())
        .await
        .unwrap();
    assert_eq!(
        (drawn.picture.width, drawn.picture.height),
        (40, 60),
        "turned by a quarter"
    );
    for (rendition, bytes) in &drawn.pieces {
        for secret in [b"GPS".as_slice(), b"Exif", b"40.7128"] {
            let found = bytes.windows(secret.len()).any(|part| part == secret);
            assert!(
                !found,
                "{rendition} still says {}",
                String::from_utf8_lossy(secret)
            );
        }
        let again = measure(rendition.of, bytes.clone()).await.unwrap();
        assert_eq!(
            (again.width, again.height),
            (40, 60),
            "a small picture keeps its own size"
        );
    }
    let kept = Studio::new()
        .redraw(FileType::Jpeg, jpeg_with_a_place().into())
        .await
        .unwrap();
    assert!(!kept.windows(4).any(|part| part == b"Exif"));
}

#[tokio::test]
async fn a_picture_is_drawn_in_three_widths_of_two_types() {
    let studio = Studio::new();
    let drawn = studio
        .draw(
            FileType::Jpeg,
            encoded(&photo(2_000, 1_000), ImageFormat::Jpeg).into(),
        )
        .await
        .unwrap();
    assert_eq!(drawn.pieces.len(), 6);
    for (rendition, bytes) in &drawn.pieces {
        assert_eq!(FileType::of(bytes), Some(rendition.of));
        let size = measure(rendition.of, bytes.clone()).await.unwrap();
        assert_eq!((size.width, size.height), (rendition.width, rendition.width / 2));
    }
    // The same car in another size and quality looks alike; another picture does not.
    let smaller = photo(2_000, 1_000).thumbnail(700, 350);
    let smaller = studio
        .draw(FileType::Png, encoded(&smaller, ImageFormat::Png).into())
        .await
        .unwrap();
    let bits = |a: &media::ports::Drawn, b: &media::ports::Drawn| {
        (a.picture.likeness.unwrap() ^ b.picture.likeness.unwrap()).count_ones()
    };
    assert!(bits(&drawn, &smaller) <= 6);
    let other = photo(2_000, 1_000).rotate90();
    let other = studio
        .draw(FileType::Png, encoded(&other, ImageFormat::Png).into())
        .await
        .unwrap();
    assert!(bits(&drawn, &other) > 6);
}

#[tokio::test]
async fn of_a_moving_picture_the_first_frame_counts() {
    let mut bytes = Vec::new();
    let frame = |grey: u8| {
        let picture = RgbaImage::from_pixel(40, 30, image::Rgba([grey, grey, grey, 255]));
        Frame::from_parts(picture, 0, 0, Delay::from_numer_denom_ms(100, 1))
    };
    GifEncoder::new(&mut bytes)
        .encode_frames([frame(250), frame(5), frame(5)])
        .unwrap();
    let drawn = Studio::new().draw(FileType::Gif, bytes.into()).await.unwrap();
    let (_, jpeg) = drawn
        .pieces
        .iter()
        .find(|(rendition, _)| rendition.of == FileType::Jpeg)
        .unwrap();
    let first = image::load_from_memory(jpeg).unwrap().to_luma8();
    assert!(first.get_pixel(20, 15).0[0] > 200, "the light one");
}
