//! A page that is filled from above.
//!
//! What is put on it is kept as marks until all of it is known. Where it is more than the page holds, it is put down again in a
//! smaller size, so that the page stays one, and nothing is cut off or lies on something else.

use kernel::error::Common;
use krilla::Document;
use krilla::geom::{PathBuilder, Point, Rect, Transform};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::surface::Surface;

use crate::fonts::{Fonts, Weight};
use crate::style::{Column, Head, Ink, Side, Style};
use crate::text::{self, Line};

/// A4, in points.
pub(crate) const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
/// Left, right and above.
pub(crate) const MARGIN: f32 = 52.0;
/// Where the foot begins.
const FOOT: f32 = HEIGHT - 46.0;
/// Sizes that are tried, the largest first. The least holds whatever the fields of a paper may hold.
const SCALES: [f32; 9] = [1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.5, 0.4, 0.32];
/// From one line to the next, as a part of the size.
const LEADING: f32 = 1.36;

/// Between the margins.
pub(crate) const INNER: f32 = WIDTH - 2.0 * MARGIN;

enum Mark {
    Text {
        x: f32,
        y: f32,
        style: Style,
        line: Line,
    },
    Area {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        ink: Ink,
    },
    Across {
        line: Line,
        style: Style,
    },
}

/// The page.
pub(crate) struct Sheet<'a> {
    fonts: &'a Fonts,
    scale: f32,
    marks: Vec<Mark>,
    y: f32,
}

impl<'a> Sheet<'a> {
    /// Has `put` fill a page, in the largest size in which all of it has a place.
    pub(crate) fn filled(fonts: &'a Fonts, put: impl Fn(&mut Self)) -> Self {
        let mut sheet = Self::blank(fonts, 1.0);
        for scale in SCALES {
            sheet = Self::blank(fonts, scale);
            put(&mut sheet);
            if sheet.holds_all() {
                break;
            }
        }
        sheet
    }

    fn blank(fonts: &'a Fonts, scale: f32) -> Self {
        Self {
            fonts,
            scale,
            marks: Vec::new(),
            y: MARGIN,
        }
    }

    /// Does all of it have a place above the foot?
    pub(crate) fn holds_all(&self) -> bool {
        self.y <= FOOT
    }

    fn scaled(&self, style: Style) -> Style {
        Style {
            size: style.size * self.scale,
            ..style
        }
    }

    /// Leaves some room.
    pub(crate) fn gap(&mut self, height: f32) {
        self.y += height * self.scale;
    }

    /// Writes a text, in as many lines as it takes, and goes on below it.
    pub(crate) fn text(&mut self, column: Column, side: Side, style: Style, words: &str) {
        let style = self.scaled(style);
        let lines = text::wrapped(self.fonts, words, style.weight, column.width / style.size);
        for line in lines {
            let left = match side {
                Side::Left => column.x,
                Side::Right => column.x + column.width - line.width * style.size,
            };
            // The first line begins below the top by what its letters rise.
            let y = self.y + style.size;
            self.marks.push(Mark::Text {
                x: left,
                y,
                style,
                line,
            });
            self.y += style.size * LEADING;
        }
    }

    /// Fills columns that stand side by side, and goes on below the longest.
    pub(crate) fn beside<const N: usize>(&mut self, parts: [&dyn Fn(&mut Self); N]) {
        let (top, mut bottom) = (self.y, self.y);
        for part in parts {
            self.y = top;
            part(self);
            bottom = bottom.max(self.y);
        }
        self.y = bottom;
    }

    /// Draws a line across a column.
    pub(crate) fn rule(&mut self, column: Column, height: f32, ink: Ink) {
        let (y, height) = (self.y, height * self.scale);
        self.marks.push(Mark::Area {
            x: column.x,
            y,
            width: column.width,
            height,
            ink,
        });
        self.y += height;
    }

    /// Puts what `put` writes onto an area of a colour.
    pub(crate) fn on_area(
        &mut self,
        column: Column,
        ink: Ink,
        padding: f32,
        put: impl Fn(&mut Self, Column),
    ) {
        let (place, top) = (self.marks.len(), self.y);
        self.gap(padding);
        put(self, column.inset(padding * self.scale));
        self.gap(padding);
        let area = Mark::Area {
            x: column.x,
            y: top,
            width: column.width,
            height: self.y - top,
            ink,
        };
        self.marks.insert(place.min(self.marks.len()), area);
    }

    /// A table: a head, and rows whose cells take the lines that they need.
    pub(crate) fn table(&mut self, heads: &[Head], rows: &[Vec<String>]) {
        let (small, plain) = (Style::of(7.5).bold().in_ink(Ink::Grey), Style::of(10.0));
        let columns = || {
            heads.iter().scan(0.0, |from, head| {
                let start = *from;
                *from += head.part;
                Some((Column::part(start, *from).inset(6.0), head.side))
            })
        };
        let titles: Vec<String> = heads.iter().map(|head| head.title.to_owned()).collect();
        self.on_area(Column::WHOLE, Ink::Tint, 0.0, |sheet, _| {
            sheet.row(columns(), &titles, small, 4.0);
        });
        for row in rows {
            self.row(columns(), row, plain, 6.0);
            self.rule(Column::WHOLE, 0.6, Ink::Pale);
        }
    }

    fn row(
        &mut self,
        columns: impl Iterator<Item = (Column, Side)>,
        cells: &[String],
        style: Style,
        pad: f32,
    ) {
        self.gap(pad);
        let (top, mut bottom) = (self.y, self.y);
        for ((column, side), cell) in columns.zip(cells) {
            self.y = top;
            self.text(column, side, style, cell);
            bottom = bottom.max(self.y);
        }
        self.y = bottom;
        self.gap(pad);
    }

    /// An empty box to be ticked, with words behind it.
    pub(crate) fn tick(&mut self, column: Column, style: Style, words: &str) {
        let side = style.size * self.scale;
        let (x, y) = (column.x, self.y + side * 0.18);
        for (x, y, width, height) in [
            (x, y, side, 0.7),
            (x, y + side - 0.7, side, 0.7),
            (x, y, 0.7, side),
            (x + side - 0.7, y, 0.7, side),
        ] {
            self.marks.push(Mark::Area {
                x,
                y,
                width,
                height,
                ink: Ink::Grey,
            });
        }
        let behind = Column {
            x: column.x + side * 1.7,
            width: column.width - side * 1.7,
        };
        self.text(behind, Side::Left, style, words);
        self.gap(2.0);
    }

    /// A word across the whole page, pale, behind nothing and over nothing that matters.
    pub(crate) fn across(&mut self, word: &str, ink: Ink) {
        let style = Style {
            size: 118.0,
            weight: Weight::Bold,
            ink,
        };
        let line = text::line(self.fonts, word, style.weight);
        self.marks.insert(0, Mark::Across { line, style });
    }

    /// Words at the foot of the page.
    pub(crate) fn foot(&mut self, left: &str, right: &str) {
        let (style, below) = (Style::of(7.0).in_ink(Ink::Grey), self.y);
        let scale = std::mem::replace(&mut self.scale, 1.0);
        self.y = FOOT;
        self.rule(Column::WHOLE, 0.6, Ink::Pale);
        self.gap(5.0);
        let top = self.y;
        self.text(Column::part(0.0, 0.75), Side::Left, style, left);
        self.y = top;
        self.text(Column::part(0.75, 1.0), Side::Right, style, right);
        (self.y, self.scale) = (below, scale);
    }

    /// The page as a PDF.
    pub(crate) fn print(&self, metadata: Metadata) -> Result<Vec<u8>, Common> {
        let mut document = Document::new();
        document.set_metadata(metadata);
        let settings = PageSettings::from_wh(WIDTH, HEIGHT);
        let settings = settings.ok_or_else(|| Common::internal("a page without a size"))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in &self.marks {
            draw(&mut surface, mark);
        }
        surface.finish();
        page.finish();
        document
            .finish()
            .map_err(|e| Common::internal(format!("a PDF can't be written: {e:?}")))
    }
}

fn draw(surface: &mut Surface<'_>, mark: &Mark) {
    match mark {
        Mark::Text { x, y, style, line } => {
            surface.set_fill(Some(style.ink.fill(1.0)));
            write(surface, (*x, *y), style.size, line);
        }
        Mark::Area {
            x,
            y,
            width,
            height,
            ink,
        } => {
            let Some(area) = Rect::from_xywh(*x, *y, *width, *height) else {
                return;
            };
            let mut path = PathBuilder::new();
            path.push_rect(area);
            if let Some(path) = path.finish() {
                surface.set_fill(Some(ink.fill(1.0)));
                surface.draw_path(&path);
            }
        }
        Mark::Across { line, style } => {
            let (x, y) = (WIDTH / 2.0, HEIGHT / 2.0);
            surface.push_transform(&Transform::from_rotate_at(-38.0, x, y));
            surface.set_fill(Some(style.ink.fill(0.13)));
            let from = (x - line.width * style.size / 2.0, y + style.size * 0.36);
            write(surface, from, style.size, line);
            surface.pop();
        }
    }
}

fn write(surface: &mut Surface<'_>, (mut x, y): (f32, f32), size: f32, line: &Line) {
    for piece in &line.pieces {
        surface.draw_glyphs(
            Point::from_xy(x, y),
            &piece.glyphs,
            piece.font.clone(),
            &piece.text,
            size,
            false,
        );
        x += piece.width * size;
    }
}
