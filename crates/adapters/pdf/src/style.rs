//! How a paper looks: its colours, its text, its columns.

use krilla::color::rgb::Color;
use krilla::num::NormalizedF32;
use krilla::paint::Fill;

use crate::fonts::Weight;
use crate::sheet::{INNER, MARGIN};

/// A colour of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Text.
    Black,
    /// Labels, and what matters less.
    Grey,
    /// Rules between rows.
    Pale,
    /// Behind heads of tables.
    Tint,
    /// The paper's own colour.
    Accent,
    /// What must not be overlooked.
    Red,
    /// The same, behind text.
    Rose,
}

impl Ink {
    pub(crate) fn color(self) -> Color {
        match self {
            Self::Black => Color::new(0x1d, 0x24, 0x2e),
            Self::Grey => Color::new(0x66, 0x70, 0x7e),
            Self::Pale => Color::new(0xd5, 0xda, 0xe1),
            Self::Tint => Color::new(0xf1, 0xf4, 0xf8),
            Self::Accent => Color::new(0x1f, 0x4e, 0x79),
            Self::Red => Color::new(0xb4, 0x23, 0x18),
            Self::Rose => Color::new(0xfb, 0xe6, 0xe4),
        }
    }

    pub(crate) fn fill(self, opacity: f32) -> Fill {
        Fill {
            paint: self.color().into(),
            opacity: NormalizedF32::new(opacity).unwrap_or(NormalizedF32::ONE),
            ..Fill::default()
        }
    }
}

/// How text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) size: f32,
    pub(crate) weight: Weight,
    pub(crate) ink: Ink,
}

impl Style {
    /// Plain text of this size.
    pub(crate) const fn of(size: f32) -> Self {
        Self {
            size,
            weight: Weight::Regular,
            ink: Ink::Black,
        }
    }

    /// The same, bold.
    pub(crate) const fn bold(self) -> Self {
        Self {
            weight: Weight::Bold,
            ..self
        }
    }

    /// The same in another colour.
    pub(crate) const fn in_ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }
}

/// On which side of its column a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// A part of the page's width.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) x: f32,
    pub(crate) width: f32,
}

impl Column {
    /// All between the margins.
    pub(crate) const WHOLE: Self = Self {
        x: MARGIN,
        width: INNER,
    };

    /// A part of it, from `from` to `to`, as parts of the whole.
    pub(crate) const fn part(from: f32, to: f32) -> Self {
        Self {
            x: MARGIN + INNER * from,
            width: INNER * (to - from),
        }
    }

    /// Narrower on both sides.
    pub(crate) const fn inset(self, by: f32) -> Self {
        Self {
            x: self.x + by,
            width: self.width - 2.0 * by,
        }
    }
}

/// A column of a table: its head, its part of the width, its side.
pub(crate) struct Head {
    pub(crate) title: &'static str,
    pub(crate) part: f32,
    pub(crate) side: Side,
}
