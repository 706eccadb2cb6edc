//! Budgets, their shares and what gives way.
#![allow(clippy::unwrap_used)]
use super::*;
use std::sync::Mutex;

#[test]
fn what_does_not_fit_is_refused_until_something_is_given_back() {
    let budget = MemoryBudget::new(10);
    let first = budget.reserve(6).unwrap();
    let second = budget.reserve(4).unwrap();
    let refused = budget.reserve(1).unwrap_err();
    assert_eq!(refused.to_string(), "1 bytes do not fit: 10 of 10 are in use");
    drop(first);
    assert!(budget.reserve(7).is_err());
    let third = budget.reserve(6).unwrap();
    drop((second, third));
    assert_eq!(budget.used(), 0);
    assert!(budget.reserve(usize::MAX).is_err());
}

#[test]
fn a_reservation_grows_and_shrinks() {
    let budget = MemoryBudget::new(10);
    let mut reservation = budget.reserve(2).unwrap();
    reservation.grow(8).unwrap();
    assert!(reservation.grow(1).is_err());
    assert_eq!((reservation.bytes(), budget.used()), (10, 10));
    reservation.shrink_to(3);
    reservation.shrink_to(5);
    assert_eq!((reservation.bytes(), budget.used()), (3, 3));
    drop(reservation);
    assert_eq!(budget.used(), 0);
}

#[test]
fn a_share_is_bounded_by_itself_and_by_the_whole() {
    let whole = MemoryBudget::new(10);
    let share = whole.share(6);
    assert!(share.reserve(7).is_err());
    let held = share.reserve(5).unwrap();
    assert_eq!((share.used(), whole.used()), (5, 5));
    let other = whole.reserve(5).unwrap();
    assert!(share.reserve(1).is_err());
    assert_eq!((share.used(), whole.used()), (5, 10));
    drop((held, other));
    assert_eq!((share.used(), whole.used()), (0, 0));
}

#[test]
fn what_is_larger_than_the_budget_may_run_alone() {
    let budget = MemoryBudget::new(10);
    let alone = budget.reserve_or_run_alone(11).unwrap();
    assert!(budget.reserve_or_run_alone(1).is_err());
    drop(alone);
    let small = budget.reserve_or_run_alone(1).unwrap();
    assert!(budget.reserve_or_run_alone(10).is_err());
    drop(small);
    assert_eq!(budget.used(), 0);
}

/// A cache of entries of 2 bytes each.
struct Cache(Mutex<Vec<Reservation>>);

impl Reclaim for Cache {
    fn reclaim(&self, bytes: usize) {
        let mut entries = self.0.lock().unwrap();
        let count = bytes.div_ceil(2);
        if let Some(left) = entries.len().checked_sub(count) {
            entries.truncate(left);
        }
    }
}

#[test]
fn a_cache_gives_way_when_that_is_enough() {
    let budget = MemoryBudget::new(10);
    let entries = (0..3).map(|_| budget.reserve(2).unwrap()).collect();
    let cache = Arc::new(Cache(Mutex::new(entries)));
    let weak: Weak<dyn Reclaim> = Arc::downgrade(&(cache.clone() as Arc<dyn Reclaim>));
    budget.reclaim_from(weak);
    let first = budget.share(9).reserve(5).unwrap();
    assert_eq!(cache.0.lock().unwrap().len(), 2);
    // All that the cache has would not be enough.
    assert!(budget.reserve(6).is_err());
    assert_eq!(cache.0.lock().unwrap().len(), 2);
    drop(first);
    assert!(budget.reserve(10).is_ok());
}

#[test]
fn no_caller_takes_the_parts_of_others() {
    let callers = CallerBudget::new(MemoryBudget::new(10), 4);
    let first = callers.of("ann").reserve(3).unwrap();
    assert!(callers.of("ann").reserve(2).is_err());
    let second = callers.of("ann").reserve(1).unwrap();
    let others = [
        callers.of("bob").reserve(4).unwrap(),
        callers.of("eve").reserve(2).unwrap(),
    ];
    assert!(callers.of("eve").reserve(1).is_err(), "all of it is in use");
    drop((first, second, others));
    assert_eq!(callers.used(), 0);
    assert!(callers.of("ann").reserve(4).is_ok());
}
