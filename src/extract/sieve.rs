//! A sieve before a look-up: one bit for each of the numbers that are there, so that most others need no look.
//!
//! Must not know: what the numbers stand for.

/// A set of numbers, of which two that differ by a multiple of `64 * N` are one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sieve<const N: usize>([u64; N]);

impl<const N: usize> Default for Sieve<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> Sieve<N> {
    /// Puts a number in.
    #[inline]
    pub(super) fn add(&mut self, number: u64) {
        self.0[number as usize / 64 % N] |= 1 << (number % 64);
    }

    /// Whether a number may be there: false only where it is not.
    #[inline]
    pub(super) fn may_have(&self, number: u64) -> bool {
        self.0[number as usize / 64 % N] & 1 << (number % 64) != 0
    }
}

impl<const N: usize> FromIterator<u64> for Sieve<N> {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Self {
        let mut sieve = Self::default();
        numbers.into_iter().for_each(|number| sieve.add(number));
        sieve
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_passes() {
        let sieve: Sieve<2> = [3, 64, 1 << 40].into_iter().collect();
        assert!([3, 64, 1 << 40, 131].into_iter().all(|number| sieve.may_have(number)));
        assert!([0, 1, 63, 65, 127].into_iter().filter(|&number| sieve.may_have(number)).eq([0]));
    }
}
