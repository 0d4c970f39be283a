//! The faces that come with the program: Noto Sans (Latin, Greek, Cyrillic, Vietnamese) in two weights, and Noto Sans for Hebrew and
//! Arabic. What none of them has is shown as `�`, and is still there as text for whoever searches or copies.

use kernel::error::Common;
use krilla::text::Font;
use rustybuzz::Face as Shaper;

/// What stands for a character that no face has.
const REPLACEMENT: char = '\u{fffd}';

const FILES: [&[u8]; 4] = [
    include_bytes!("../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../fonts/NotoSans-Bold.ttf"),
    include_bytes!("../fonts/NotoSansHebrew-Regular.ttf"),
    include_bytes!("../fonts/NotoSansArabic-Regular.ttf"),
];

/// How heavy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// One face.
pub(crate) struct Face {
    /// For the PDF.
    pub(crate) font: Font,
    /// For shaping.
    pub(crate) shaper: Shaper<'static>,
    /// Glyph of the replacement character; 0 where the face has none.
    pub(crate) replacement: u16,
}

impl Face {
    fn read(bytes: &'static [u8]) -> Option<Self> {
        let shaper = Shaper::from_slice(bytes, 0)?;
        Some(Self {
            font: Font::new(bytes.to_vec().into(), 0)?,
            replacement: shaper.glyph_index(REPLACEMENT).map_or(0, |glyph| glyph.0),
            shaper,
        })
    }

    /// Has it this character?
    pub(crate) fn has(&self, character: char) -> bool {
        self.shaper.glyph_index(character).is_some()
    }
}

/// All faces.
pub(crate) struct Fonts {
    regular: Face,
    bold: Face,
    others: [Face; 2],
}

impl Fonts {
    /// Reads them.
    pub(crate) fn read() -> Result<Self, Common> {
        let [regular, bold, hebrew, arabic] =
            FILES.map(|bytes| Face::read(bytes).ok_or_else(|| Common::internal("a font can't be read")));
        Ok(Self {
            regular: regular?,
            bold: bold?,
            others: [hebrew?, arabic?],
        })
    }

    /// The face of this weight.
    pub(crate) fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// The face that shows this character: the one in use if it can, the one of the weight, another; none where no face has it.
    pub(crate) fn showing<'a>(
        &'a self,
        character: char,
        weight: Weight,
        in_use: &'a Face,
    ) -> Option<&'a Face> {
        let first = [in_use, self.face(weight)];
        first
            .into_iter()
            .chain(&self.others)
            .find(|face| face.has(character))
    }
}
