//! Which listings are like another: the same make, then the same body, then the nearest price and year.

use kernel::id::ListingId;

/// Listings that are named as similar at most.
pub const MOST_SIMILAR: usize = 8;

/// What a listing is compared by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// Which.
    pub id: ListingId,
    /// Folded maker.
    pub make: String,
    /// Folded model.
    pub model: String,
    /// Body's word.
    pub body_type: Option<String>,
    /// As [`super::keys::price_rising`] counts.
    pub price: i64,
    /// Model year.
    pub year: i32,
}

impl Likeness {
    /// How unlike the other is: smaller is more alike. A make weighs as much as 40 % of the price, a model 20 %, a body 30 %,
    /// a year 3 %.
    pub fn unlike(&self, other: &Self) -> i64 {
        let base = i128::from(self.price.max(1));
        let price = (i128::from(self.price) - i128::from(other.price)).abs() * 1_000 / base;
        let price = i64::try_from(price.min(100_000)).unwrap_or(100_000);
        let years = i64::from(self.year.abs_diff(other.year)) * 30;
        let make = if self.make == other.make { 0 } else { 400 };
        let model = if self.make == other.make && self.model == other.model {
            0
        } else {
            200
        };
        let body = if self.body_type.is_some() && self.body_type == other.body_type {
            0
        } else {
            300
        };
        price + years + make + model + body
    }

    /// The most alike of the candidates, the best first; the id decides among equals. Never itself.
    pub fn nearest<T>(&self, mut candidates: Vec<(Self, T)>) -> Vec<T> {
        candidates.retain(|(c, _)| c.id != self.id);
        candidates.sort_by_key(|(c, _)| (self.unlike(c), c.id));
        candidates.dedup_by_key(|(c, _)| c.id);
        candidates
            .into_iter()
            .take(MOST_SIMILAR)
            .map(|(_, t)| t)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn car(n: u32, make: &str, body: &str, price: i64, year: i32) -> (Likeness, u32) {
        let id = format!("00000000-0000-7000-8000-{n:012}").parse().unwrap();
        let (make, body_type) = (make.to_owned(), Some(body.to_owned()));
        (
            Likeness {
                id,
                model: "x".to_owned(),
                make,
                body_type,
                price,
                year,
            },
            n,
        )
    }

    #[test]
    fn make_then_body_then_price_and_year() {
        let (this, _) = car(0, "ford", "suv", 20_000, 2020);
        let others = vec![
            car(1, "kia", "sedan", 20_000, 2020),
            car(2, "kia", "suv", 20_000, 2020),
            car(3, "ford", "suv", 24_000, 2018),
            car(4, "ford", "suv", 20_500, 2020),
            car(4, "ford", "suv", 20_500, 2020),
            car(0, "ford", "suv", 20_000, 2020),
            car(5, "ford", "sedan", 20_000, 2020),
        ];
        assert_eq!(this.nearest(others), [4, 3, 5, 2, 1]);
    }
}
