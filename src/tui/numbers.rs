//! A set of row numbers (`Job::n`), one bit each: a million rows can be marked within a key press. A leaf.

/// See the head of this file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    words: Vec<u64>,
    len: usize,
}

impl Numbers {
    /// Puts a number in; false where it was there.
    pub(super) fn insert(&mut self, n: usize) -> bool {
        let (word, bit) = (n / 64, 1 << (n % 64));
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.len += usize::from(new);
        new
    }

    /// Takes a number out; false where it was not there.
    pub(super) fn remove(&mut self, n: usize) -> bool {
        let there = self.contains(n);
        if there {
            self.words[n / 64] &= !(1 << (n % 64));
            self.len -= 1;
        }
        there
    }

    /// True where the number is there.
    pub(super) fn contains(&self, n: usize) -> bool {
        self.words.get(n / 64).is_some_and(|word| word >> (n % 64) & 1 == 1)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// True where there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many are in both.
    pub(super) fn shared(&self, other: &Self) -> usize {
        self.words.iter().zip(&other.words).map(|(a, b)| (a & b).count_ones() as usize).sum()
    }

    /// All of them, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest.wrapping_sub(1);
                (bit < 64).then_some(at * 64 + bit)
            })
        })
    }
}

impl Extend<usize> for Numbers {
    fn extend<T: IntoIterator<Item = usize>>(&mut self, numbers: T) {
        for n in numbers {
            self.insert(n);
        }
    }
}

impl FromIterator<usize> for Numbers {
    fn from_iter<T: IntoIterator<Item = usize>>(numbers: T) -> Self {
        let mut set = Self::default();
        set.extend(numbers);
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_set() {
        let mut set: Numbers = [0, 63, 64, 200, 63].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 200]);
        assert!(set.remove(63) && !set.remove(63) && !set.remove(9999) && !set.insert(64));
        assert_eq!((set.len(), set.contains(64), set.contains(65), set.contains(9999)), (3, true, false, false));
        assert_eq!(set.shared(&[64, 200, 300].into_iter().collect()), 2);
        assert!(!set.is_empty() && Numbers::default().is_empty());
    }
}
