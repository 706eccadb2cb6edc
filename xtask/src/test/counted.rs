//! Reading how many tests passed from what a test runner says.

/// How many tests a runner ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

/// Sums up the `test result: ok. 3 passed; 0 failed; …` of every binary that cargo ran.
pub(super) fn cargo(spoken: &str) -> Counts {
    let results = spoken.lines().filter_map(|line| line.strip_prefix("test result: "));
    results.fold(Counts::default(), |sum, line| Counts {
        passed: sum.passed + before(line, " passed"),
        failed: sum.failed + before(line, " failed"),
    })
}

/// Reads the `# pass 3` and `# fail 0` at the end of what `node --test --test-reporter=tap` says.
pub(super) fn tap(spoken: &str) -> Counts {
    let after = |word: &str| {
        let number = spoken.lines().filter_map(|line| line.strip_prefix(word)).next_back();
        number.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
    };
    Counts {
        passed: after("# pass "),
        failed: after("# fail ") + after("# cancelled "),
    }
}

fn before(line: &str, word: &str) -> u64 {
    let number = line.split_once(word).and_then(|(head, _)| head.rsplit(' ').next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Counts, cargo, tap};

    #[test]
    fn the_binaries_of_cargo_are_summed_up() {
        let spoken = "running 2 tests\ntest a ... ok\n\ntest result: ok. 2 passed; 0 failed; 0 ignored; finished in 0.00s\n\
                      test result: FAILED. 10 passed; 3 failed; 1 ignored; finished in 0.00s\n";
        assert_eq!(cargo(spoken), Counts { passed: 12, failed: 3 });
        assert_eq!(cargo("error: could not compile"), Counts::default());
    }

    #[test]
    fn the_end_of_tap_is_read() {
        let spoken = "ok 1 - a\n# Subtest: # pass 9\n1..2\n# tests 4\n# pass 2\n# fail 1\n# cancelled 1\n";
        assert_eq!(tap(spoken), Counts { passed: 2, failed: 2 });
    }
}
