//! Cars that could stand on any lot: models with what they cost new, and numbers whose check digit holds.

/// A model, and what is true of each such car.
pub(super) struct Model {
    pub(super) make: &'static str,
    pub(super) model: &'static str,
    pub(super) trims: [&'static str; 3],
    /// World manufacturer identifier.
    pub(super) wmi: &'static str,
    pub(super) body: &'static str,
    pub(super) fuel: &'static str,
    pub(super) transmission: &'static str,
    pub(super) drivetrain: &'static str,
    /// Price of a new one of the lowest trim, in dollars.
    pub(super) new_price: u64,
}

const fn model(
    names: (&'static str, &'static str, &'static str),
    trims: [&'static str; 3],
    kind: (&'static str, &'static str, &'static str, &'static str),
    new_price: u64,
) -> Model {
    let (make, model, wmi) = names;
    let (body, fuel, transmission, drivetrain) = kind;
    Model {
        make,
        model,
        trims,
        wmi,
        body,
        fuel,
        transmission,
        drivetrain,
        new_price,
    }
}

/// What the two dealers sell.
pub(super) const MODELS: &[Model] = &[
    model(
        ("Toyota", "Camry", "4T1"),
        ["LE", "SE", "XLE"],
        ("sedan", "gasoline", "automatic", "fwd"),
        26_500,
    ),
    model(
        ("Toyota", "RAV4", "2T3"),
        ["LE", "XLE", "Adventure"],
        ("suv", "hybrid", "cvt", "awd"),
        32_500,
    ),
    model(
        ("Toyota", "Highlander", "5TD"),
        ["LE", "XLE", "Limited"],
        ("suv", "gasoline", "automatic", "awd"),
        39_500,
    ),
    model(
        ("Honda", "Accord", "1HG"),
        ["LX", "EX", "Touring"],
        ("sedan", "gasoline", "cvt", "fwd"),
        28_300,
    ),
    model(
        ("Honda", "Pilot", "5FN"),
        ["Sport", "EX-L", "Elite"],
        ("suv", "gasoline", "automatic", "awd"),
        40_200,
    ),
    model(
        ("Ford", "F-150", "1FT"),
        ["XL", "XLT", "Lariat"],
        ("pickup", "gasoline", "automatic", "four_wd"),
        41_000,
    ),
    model(
        ("Ford", "Escape", "1FM"),
        ["Active", "ST-Line", "Platinum"],
        ("suv", "plug_in_hybrid", "cvt", "fwd"),
        34_000,
    ),
    model(
        ("Ford", "Mustang", "1FA"),
        ["EcoBoost", "GT", "Dark Horse"],
        ("coupe", "gasoline", "manual", "rwd"),
        33_500,
    ),
    model(
        ("Chevrolet", "Malibu", "1G1"),
        ["LS", "RS", "LT"],
        ("sedan", "gasoline", "cvt", "fwd"),
        25_800,
    ),
    model(
        ("Chevrolet", "Silverado 1500", "3GC"),
        ["WT", "LT", "RST"],
        ("pickup", "diesel", "automatic", "four_wd"),
        42_500,
    ),
    model(
        ("Tesla", "Model 3", "5YJ"),
        ["Standard Range", "Long Range", "Performance"],
        ("sedan", "electric", "automatic", "rwd"),
        40_000,
    ),
    model(
        ("BMW", "X3", "5UX"),
        ["sDrive30i", "xDrive30i", "M40i"],
        ("suv", "gasoline", "automatic", "awd"),
        47_500,
    ),
    model(
        ("BMW", "330i", "WBA"),
        ["Sport", "Luxury", "M Sport"],
        ("sedan", "gasoline", "automatic", "rwd"),
        45_000,
    ),
    model(
        ("Audi", "A4", "WAU"),
        ["Premium", "Premium Plus", "Prestige"],
        ("sedan", "gasoline", "dual_clutch", "awd"),
        43_000,
    ),
    model(
        ("Volkswagen", "Atlas", "1V2"),
        ["S", "SE", "SEL"],
        ("suv", "gasoline", "automatic", "awd"),
        38_000,
    ),
    model(
        ("Volkswagen", "Jetta", "3VW"),
        ["S", "Sport", "SEL"],
        ("sedan", "gasoline", "manual", "fwd"),
        21_500,
    ),
    model(
        ("Hyundai", "Tucson", "KM8"),
        ["SE", "SEL", "Limited"],
        ("suv", "hybrid", "automatic", "awd"),
        31_000,
    ),
    model(
        ("Hyundai", "Elantra", "5NP"),
        ["SE", "SEL", "N Line"],
        ("sedan", "gasoline", "cvt", "fwd"),
        21_200,
    ),
    model(
        ("Kia", "Sorento", "5XY"),
        ["LX", "S", "SX"],
        ("suv", "gasoline", "dual_clutch", "awd"),
        33_500,
    ),
    model(
        ("Kia", "Soul", "KND"),
        ["LX", "EX", "GT-Line"],
        ("hatchback", "gasoline", "cvt", "fwd"),
        20_500,
    ),
    model(
        ("Nissan", "Altima", "1N4"),
        ["S", "SV", "SL"],
        ("sedan", "gasoline", "cvt", "fwd"),
        26_000,
    ),
    model(
        ("Nissan", "Pathfinder", "5N1"),
        ["S", "SV", "Platinum"],
        ("suv", "gasoline", "automatic", "awd"),
        36_500,
    ),
    model(
        ("Subaru", "Crosstrek", "JF2"),
        ["Base", "Premium", "Limited"],
        ("suv", "gasoline", "cvt", "awd"),
        26_000,
    ),
    model(
        ("Subaru", "Outback", "4S4"),
        ["Premium", "Onyx", "Touring"],
        ("wagon", "gasoline", "cvt", "awd"),
        32_000,
    ),
    model(
        ("Mazda", "CX-5", "JM3"),
        ["Select", "Preferred", "Signature"],
        ("suv", "gasoline", "automatic", "awd"),
        30_000,
    ),
    model(
        ("Lexus", "ES 350", "JTH"),
        ["Base", "Luxury", "F Sport"],
        ("sedan", "gasoline", "automatic", "fwd"),
        43_500,
    ),
];

/// Colours, the common ones first.
pub(super) const COLORS: &[&str] = &[
    "White",
    "Black",
    "Gray",
    "Silver",
    "Blue",
    "Red",
    "Green",
    "Pearl White",
    "Midnight Blue",
    "Bronze",
];

/// What cars have.
pub(super) const FEATURES: &[&str] = &[
    "Adaptive cruise control",
    "Apple CarPlay",
    "Blind spot monitor",
    "Heated seats",
    "Heated steering wheel",
    "Leather seats",
    "Navigation",
    "Panoramic roof",
    "Power liftgate",
    "Rear camera",
    "Remote start",
    "Tow package",
    "Third row",
    "Premium sound",
    "Lane keeping assist",
];

/// Numbers that look drawn by lot and are the same each time (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 0 to `sides` - 1.
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides.max(1)
    }

    /// One of them.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let n = self.roll(u64::try_from(of.len()).unwrap_or(u64::MAX));
        of.get(usize::try_from(n).unwrap_or(0))
    }
}

/// The letters of model years, in their turn of thirty from 2010 on (49 CFR 565.15).
const YEARS: &[u8; 30] = b"ABCDEFGHJKLMNPRSTVWXY123456789";
/// What a number may hold (ISO 3779: no I, O, Q).
const SIGNS: &[u8; 33] = b"ABCDEFGHJKLMNPRSTUVWXYZ0123456789";

/// The value of a sign in the check digit (49 CFR 565.15).
const fn value(sign: u8) -> u32 {
    (match sign {
        b'0'..=b'9' => sign - b'0',
        b'A' | b'J' => 1,
        b'B' | b'K' | b'S' => 2,
        b'C' | b'L' | b'T' => 3,
        b'D' | b'M' | b'U' => 4,
        b'E' | b'N' | b'V' => 5,
        b'F' | b'W' => 6,
        b'G' | b'P' | b'X' => 7,
        b'H' | b'Y' => 8,
        b'R' | b'Z' => 9,
        _ => 0,
    }) as u32
}

/// A number of the maker's for the year, with its check digit. The serial makes it unique.
pub(super) fn vin(wmi: &str, year: i32, serial: usize, dice: &mut Dice) -> String {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    // The seventh sign is a letter: that says which turn of thirty years is meant.
    let letters = b"ABCDEFGHJKLMNPRSTUVWXYZ";
    let mut text = wmi.as_bytes().to_vec();
    for position in 4..=8 {
        let from: &[u8] = if position == 7 { letters } else { SIGNS };
        text.extend(dice.pick(from));
    }
    text.push(b'0');
    let turn = usize::try_from((year - 2010).rem_euclid(30)).unwrap_or(0);
    text.extend(YEARS.get(turn));
    text.extend(dice.pick(letters));
    text.extend(format!("{serial:06}").bytes());
    let sum: u32 = text
        .iter()
        .zip(WEIGHTS)
        .map(|(sign, weight)| value(*sign) * weight)
        .sum();
    let check = match sum % 11 {
        10 => b'X',
        digit => b'0' + u8::try_from(digit).unwrap_or(0),
    };
    if let Some(place) = text.get_mut(8) {
        *place = check;
    }
    text.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {

    use kernel::vin::Vin;

    use super::*;

    #[test]
    fn every_number_is_one_and_its_check_digit_holds() {
        let mut dice = Dice::new(1);
        for (serial, model) in MODELS.iter().cycle().take(200).enumerate() {
            let year = 2014 + i32::try_from(serial % 12).unwrap();
            let vin: Vin = vin(model.wmi, year, serial, &mut dice).parse().unwrap();
            assert!(vin.check_digit_holds(), "{vin:?}");
            assert!(vin.model_years().contains(&Some(u16::try_from(year).unwrap())));
        }
    }
}
