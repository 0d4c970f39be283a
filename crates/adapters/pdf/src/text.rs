//! A line of text as glyphs.
//!
//! The text is cut into runs of one direction (Unicode's bidirectional algorithm), these into pieces of one face, and each piece is
//! shaped. All lengths here are parts of the font's size.

use std::ops::Range;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, UnicodeBuffer};
use unicode_bidi::BidiInfo;

use crate::fonts::{Face, Fonts, Weight};

/// A piece of one face and direction, ready to be drawn.
pub(crate) struct Piece {
    pub(crate) font: Font,
    pub(crate) text: String,
    pub(crate) glyphs: Vec<KrillaGlyph>,
    pub(crate) width: f32,
}

/// A line, its pieces from left to right.
pub(crate) struct Line {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) width: f32,
}

/// Shapes a text as one line. What breaks lines, or shows nothing, is left out.
pub(crate) fn line(fonts: &Fonts, text: &str, weight: Weight) -> Line {
    let text: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !invisible(*c))
        .collect();
    let bidi = BidiInfo::new(&text, None);
    let mut pieces = Vec::new();
    for paragraph in &bidi.paragraphs {
        let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let backwards = levels.get(run.start).is_some_and(unicode_bidi::Level::is_rtl);
            let part = text.get(run).unwrap_or_default();
            let mut of_run: Vec<Piece> = by_face(fonts, part, weight)
                .into_iter()
                .map(|(range, face)| {
                    piece(
                        fonts,
                        part.get(range).unwrap_or_default(),
                        weight,
                        face,
                        backwards,
                    )
                })
                .collect();
            if backwards {
                of_run.reverse();
            }
            pieces.append(&mut of_run);
        }
    }
    let width = pieces.iter().map(|piece| piece.width).sum();
    Line { pieces, width }
}

/// Breaks a text into lines of at most this width: between words, and within one only where it is too long by itself. Each word is
/// shaped once to be measured, so that a long text takes time as it is long, and not more.
pub(crate) fn wrapped(fonts: &Fonts, text: &str, weight: Weight, width: f32) -> Vec<Line> {
    let measured = |text: &str| line(fonts, text, weight).width;
    let space = measured(" ");
    let mut lines: Vec<String> = Vec::new();
    let mut taken = 0.0;
    for word in text.split_whitespace() {
        let needs = measured(word);
        match lines.last_mut().filter(|_| taken + space + needs <= width) {
            Some(last) => {
                last.push(' ');
                last.push_str(word);
                taken += space + needs;
            }
            None if needs <= width => {
                lines.push(word.to_owned());
                taken = needs;
            }
            None => {
                broken(word, &mut lines, |part| measured(part) <= width);
                taken = lines.last().map_or(0.0, |last| measured(last));
            }
        }
    }
    lines.iter().map(|text| line(fonts, text, weight)).collect()
}

/// Breaks a word that is too long for a line, each time where the most of it fits; one character at least.
fn broken(word: &str, lines: &mut Vec<String>, fits: impl Fn(&str) -> bool) {
    let mut rest = word;
    while !rest.is_empty() {
        let ends: Vec<usize> = rest
            .char_indices()
            .map(|(at, character)| at.saturating_add(character.len_utf8()))
            .collect();
        let most = ends.partition_point(|end| rest.get(..*end).is_some_and(&fits));
        let end = ends.get(most.saturating_sub(1)).copied().unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        lines.push(part.to_owned());
        rest = behind;
    }
}

/// Marks of direction, joiners, variation selectors and tags show nothing by themselves; some would turn what follows around.
fn invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Parts of a run, each with the face that shows it; none where no face does.
fn by_face<'a>(fonts: &'a Fonts, run: &str, weight: Weight) -> Vec<(Range<usize>, Option<&'a Face>)> {
    let mut parts: Vec<(Range<usize>, Option<&'a Face>)> = Vec::new();
    for (at, character) in run.char_indices() {
        let end = at.saturating_add(character.len_utf8());
        let in_use = parts.last().and_then(|(_, face)| *face);
        let face = fonts.showing(character, weight, in_use.unwrap_or_else(|| fonts.face(weight)));
        let same = |known: Option<&Face>| match (known, face) {
            (Some(known), Some(face)) => std::ptr::eq(known, face),
            (None, None) => true,
            _ => false,
        };
        match parts.last_mut() {
            Some((range, known)) if same(*known) => range.end = end,
            _ => parts.push((at..end, face)),
        }
    }
    parts
}

fn piece(fonts: &Fonts, text: &str, weight: Weight, face: Option<&Face>, backwards: bool) -> Piece {
    match face {
        Some(face) => shaped(face, text, backwards),
        None => replaced(fonts.face(weight), text, backwards),
    }
}

fn shaped(face: &Face, text: &str, backwards: bool) -> Piece {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    buffer.set_direction(if backwards {
        Direction::RightToLeft
    } else {
        Direction::LeftToRight
    });
    let shaped = rustybuzz::shape(&face.shaper, &[], buffer);
    let starts: Vec<usize> = shaped
        .glyph_infos()
        .iter()
        .map(|info| index(info.cluster))
        .collect();
    let glyphs = shaped
        .glyph_infos()
        .iter()
        .zip(shaped.glyph_positions())
        .map(|(info, position)| {
            let start = index(info.cluster);
            // A cluster reaches to the next one that begins behind it, in whichever direction glyphs stand.
            let end = starts.iter().copied().filter(|other| *other > start).min();
            let part = |units: i32| part_of_em(units, face);
            KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                part(position.x_advance),
                part(position.x_offset),
                part(position.y_offset),
                part(position.y_advance),
                start..end.unwrap_or(text.len()),
                None,
            )
        });
    of_glyphs(
        face,
        text,
        glyphs.collect(),
        shaped.glyph_positions().iter().map(|p| p.x_advance).sum(),
    )
}

/// A replacement for each character; as text it stays what it is.
fn replaced(face: &Face, text: &str, backwards: bool) -> Piece {
    let glyph = face.replacement;
    let advance = face
        .shaper
        .glyph_hor_advance(rustybuzz::ttf_parser::GlyphId(glyph))
        .map_or(0, i32::from);
    let mut glyphs: Vec<KrillaGlyph> = text
        .char_indices()
        .map(|(at, character)| {
            let range = at..at.saturating_add(character.len_utf8());
            KrillaGlyph::new(
                GlyphId::new(glyph.into()),
                part_of_em(advance, face),
                0.0,
                0.0,
                0.0,
                range,
                None,
            )
        })
        .collect();
    if backwards {
        glyphs.reverse();
    }
    let count = i32::try_from(glyphs.len()).unwrap_or(i32::MAX);
    of_glyphs(face, text, glyphs, advance.saturating_mul(count))
}

fn of_glyphs(face: &Face, text: &str, glyphs: Vec<KrillaGlyph>, units: i32) -> Piece {
    Piece {
        font: face.font.clone(),
        text: text.to_owned(),
        glyphs,
        width: part_of_em(units, face),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "lengths of a line in a font's units fit into an f32"
)]
fn part_of_em(units: i32, face: &Face) -> f32 {
    units as f32 / face.shaper.units_per_em() as f32
}

fn index(cluster: u32) -> usize {
    usize::try_from(cluster).unwrap_or(usize::MAX)
}
