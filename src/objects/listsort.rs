//! `list.sort`: a stable merge sort that makes exactly `CPython`'s comparisons, in its order.
//!
//! Mirrors the sorting half of `Objects/listobject.c` (timsort with the merge order of
//! powersort); `count_run`, `binarysort`, `gallop_left` and the rest mean what they mean there
//! and in `Objects/listsort.txt`. Comparisons may run Python code, which sees an empty list.

use crate::base::ObjId;

use super::getargs::Signature;
use super::object::Payload;
use super::slots::CompareOp;
use super::vm::{PyResult, Vm};
use super::wellknown::{NONE, types};

/// An item with the key that it is sorted by; without a key function the item is its own key.
#[derive(Clone, Copy, Debug)]
pub struct Keyed {
    pub key: ObjId,
    pub value: ObjId,
}

const SIGNATURE: Signature<'_> = Signature::new("sort", &["key", "reverse"], 0).positional(0);

/// `list.sort(*, key=None, reverse=False)`.
pub fn list_sort(vm: &mut Vm, this: ObjId, args: &[ObjId], kwnames: ObjId) -> PyResult<ObjId> {
    let values = vm.unpack_keywords(&SIGNATURE, args, kwnames)?;
    let key = if values[0] == NONE {
        ObjId::NULL
    } else {
        values[0]
    };
    let reverse = !values[1].is_null() && vm.is_true(values[1])?;
    sort_list(vm, this, key, reverse)?;
    Ok(NONE)
}

/// Sorts a list by a key function or NULL (`list_sort_impl`).
pub fn sort_list(vm: &mut Vm, this: ObjId, keyfunc: ObjId, reverse: bool) -> PyResult<()> {
    // While it is sorted the list is empty: whatever the comparisons do, the items are safe.
    let list = vm.list_mut(this);
    let items = std::mem::take(&mut list.ob_item);
    let allocated = std::mem::take(&mut list.allocated);
    let address = std::mem::take(&mut list.address);
    list.resized = false;

    for (i, &item) in items.iter().enumerate().rev() {
        vm.report_item(this, i, item, ObjId::NULL);
    }
    let (items, mut result) = match keyed_items(vm, &items, keyfunc) {
        Ok(keyed) => sort_keyed(vm, keyed, keyfunc, reverse),
        Err(raised) => (items, Err(raised)),
    };
    let list = vm.list_mut(this);
    if list.resized && result.is_ok() {
        result = Err(vm.value_error("list modified during sort"));
    }
    let list = vm.list_mut(this);
    let added = std::mem::replace(&mut list.ob_item, items);
    list.allocated = allocated;
    let added_address = std::mem::replace(&mut list.address, address);
    for (i, &item) in added.iter().enumerate().rev() {
        vm.report_item(this, i, item, ObjId::NULL);
    }
    if vm.heap.reporter.is_on() {
        for i in 0..vm.list_len(this) {
            let item = vm.list(this).ob_item[i];
            vm.report_item(this, i, ObjId::NULL, item);
        }
    }
    for &item in added.iter().rev() {
        vm.decref(item);
    }
    if !added_address.is_null() {
        vm.heap.obmalloc_free(added_address);
    }
    result
}

/// Calls the key function for each item, first to last.
fn keyed_items(vm: &mut Vm, items: &[ObjId], keyfunc: ObjId) -> PyResult<Vec<Keyed>> {
    if keyfunc.is_null() {
        return Ok(items
            .iter()
            .map(|&item| Keyed {
                key: item,
                value: item,
            })
            .collect());
    }
    let mut keyed = Vec::with_capacity(items.len());
    for &value in items {
        match vm.call(keyfunc, &[value]) {
            Ok(key) => keyed.push(Keyed { key, value }),
            Err(raised) => {
                for made in keyed.iter().rev() {
                    vm.decref(made.key);
                }
                return Err(raised);
            }
        }
    }
    Ok(keyed)
}

/// Sorts, drops the keys that a key function made, and gives the items in their new order.
fn sort_keyed(
    vm: &mut Vm,
    mut keyed: Vec<Keyed>,
    keyfunc: ObjId,
    reverse: bool,
) -> (Vec<ObjId>, PyResult<()>) {
    // Reversed before and after a stable sort, equal items keep their order.
    if reverse {
        keyed.reverse();
    }
    let result = match common_kind(vm, &keyed) {
        CommonKind::Int => timsort(&mut keyed, &mut |a, b| {
            Ok(vm.int_as_i64(a) < vm.int_as_i64(b))
        }),
        CommonKind::Str => timsort(&mut keyed, &mut |a, b| {
            Ok(match (vm.text(a), vm.text(b)) {
                (Some(a), Some(b)) => a.compare(b).is_lt(),
                _ => false,
            })
        }),
        CommonKind::Float => timsort(&mut keyed, &mut |a, b| {
            Ok(float_value(vm, a) < float_value(vm, b))
        }),
        CommonKind::Other => timsort(&mut keyed, &mut |a, b| {
            vm.incref(a);
            vm.incref(b);
            let less = less_than(vm, a, b);
            vm.decref(a);
            vm.decref(b);
            less
        }),
    };
    if !keyfunc.is_null() {
        for pair in &keyed {
            vm.decref(pair.key);
        }
    }
    if reverse {
        keyed.reverse();
    }
    (keyed.iter().map(|pair| pair.value).collect(), result)
}

fn less_than(vm: &mut Vm, a: ObjId, b: ObjId) -> PyResult<bool> {
    let result = vm.rich_compare(a, b, CompareOp::Lt)?;
    let truth = vm.is_true(result);
    vm.decref(result);
    truth
}

/// The kinds of keys whose comparison runs no Python code.
enum CommonKind {
    Int,
    Float,
    Str,
    Other,
}

fn common_kind(vm: &Vm, keyed: &[Keyed]) -> CommonKind {
    let Some(first) = keyed.first() else {
        return CommonKind::Other;
    };
    let ty = vm.type_of(first.key);
    let all = |kind: CommonKind, fits: &dyn Fn(&Payload) -> bool| {
        let same = keyed
            .iter()
            .all(|k| vm.type_of(k.key) == ty && fits(vm.heap.payload(k.key)));
        if same { kind } else { CommonKind::Other }
    };
    match ty {
        types::INT => all(CommonKind::Int, &|payload| {
            matches!(payload, Payload::Int(_))
        }),
        types::FLOAT => all(CommonKind::Float, &|_| true),
        types::STR => all(CommonKind::Str, &|_| true),
        _ => CommonKind::Other,
    }
}

fn float_value(vm: &Vm, id: ObjId) -> f64 {
    match vm.heap.payload(id) {
        Payload::Float(value) => *value,
        _ => f64::NAN,
    }
}

/// Runs shorter than this are extended by binary insertion.
const MAX_MINRUN: usize = 64;
/// How often one run must win before galloping is tried, at first.
const MIN_GALLOP: usize = 7;

/// One run waiting to be merged.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    len: usize,
    /// Its node's depth in powersort's merge tree, with the run behind it.
    power: u32,
}

struct MergeState {
    min_gallop: usize,
    pending: Vec<Run>,
}

type Slots<'a> = &'a mut [Keyed];

/// Sorts in place. After an error the items are all there, in some order.
pub fn timsort<E>(
    items: Slots<'_>,
    lt: &mut impl FnMut(ObjId, ObjId) -> Result<bool, E>,
) -> Result<(), E> {
    let total = items.len();
    if total < 2 {
        return Ok(());
    }
    let mut state = MergeState {
        min_gallop: MIN_GALLOP,
        pending: Vec::new(),
    };
    let minrun = compute_minrun(total);
    let mut start = 0;
    while start < total {
        let rest = &mut items[start..];
        let mut n = count_run(rest, lt)?;
        if n < minrun {
            let force = rest.len().min(minrun);
            binarysort(&mut rest[..force], n, lt)?;
            n = force;
        }
        state.found_new_run(items, n, lt)?;
        state.pending.push(Run {
            start,
            len: n,
            power: 0,
        });
        start += n;
    }
    state.force_collapse(items, lt)
}

fn compute_minrun(mut n: usize) -> usize {
    let mut carry = 0;
    while n >= MAX_MINRUN {
        carry |= n & 1;
        n >>= 1;
    }
    n + carry
}

/// The length of the run at the start, which is made ascending.
fn count_run<E>(
    lo: Slots<'_>,
    lt: &mut impl FnMut(ObjId, ObjId) -> Result<bool, E>,
) -> Result<usize, E> {
    let end = lo.len();
    if end == 1 {
        return Ok(1);
    }
    let mut n = 1;
    while n < end && !lt(lo[n].key, lo[n - 1].key)? {
        n += 1;
    }
    if n == end {
        return Ok(n);
    }
    // lo[n] is smaller than its predecessor.
    if n > 1 {
        if lt(lo[0].key, lo[n - 1].key)? {
            return Ok(n);
        }
        // All the same so far: the start of a descending run, equal items the other way round.
        lo[..n].reverse();
    }
    n += 1;
    let mut equal = 0;
    while n < end {
        if lt(lo[n].key, lo[n - 1].key)? {
            reverse_equal(lo, n, &mut equal);
        } else if lt(lo[n - 1].key, lo[n].key)? {
            break;
        } else {
            equal += 1;
        }
        n += 1;
    }
    reverse_equal(lo, n, &mut equal);
    lo[..n].reverse();
    // Turned round, the run may go on upwards.
    while n < end && !lt(lo[n].key, lo[n - 1].key)? {
        n += 1;
    }
    Ok(n)
}

/// Turns the last `equal + 1` items before `n` round, so that turning the whole run round
/// keeps their order.
fn reverse_equal(lo: Slots<'_>, n: usize, equal: &mut usize) {
    if *equal > 0 {
        lo[n - *equal - 1..n].reverse();
        *equal = 0;
    }
}

/// Sorts a short slice whose first `ok` items are sorted.
fn binarysort<E>(
    a: Slots<'_>,
    ok: usize,
    lt: &mut impl FnMut(ObjId, ObjId) -> Result<bool, E>,
) -> Result<(), E> {
    for next in ok.max(1)..a.len() {
        let pivot = a[next];
        let (mut low, mut high) = (0, next);
        while low < high {
            let middle = usize::midpoint(low, high);
            if lt(pivot.key, a[middle].key)? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        a[low..=next].rotate_right(1);
    }
    Ok(())
}

/// The depth of the node between two neighboring runs in the merge tree.
fn powerloop(start: usize, n1: usize, n2: usize, total: usize) -> u32 {
    let mut a = 2 * start + n1;
    let mut b = a + n1 + n2;
    let mut power = 0;
    loop {
        power += 1;
        if a >= total {
            a -= total;
            b -= total;
        } else if b >= total {
            return power;
        }
        a <<= 1;
        b <<= 1;
    }
}

/// Where `key` belongs in `a`, left of equal items; the search starts at `hint`.
fn gallop_left<E>(
    key: ObjId,
    a: &[Keyed],
    hint: usize,
    lt: &mut impl FnMut(ObjId, ObjId) -> Result<bool, E>,
) -> Result<usize, E> {
    let (mut last, mut ofs) = (0, 1);
    // Positions below are one too high, so that "before the first" is 0.
    let (mut low, mut high);
    if lt(a[hint].key, key)? {
        let max = a.len() - hint;
        while ofs < max && lt(a[hint + ofs].key, key)? {
            last = ofs;
            ofs = (ofs << 1) + 1;
        }
        low = last + hint + 1;
        high = ofs.min(max) + hint;
    } else {
        let max = hint + 1;
        while ofs < max && !lt(a[hint - ofs].key, key)? {
            last = ofs;
            ofs = (ofs << 1) + 1;
        }
        low = hint + 1 - ofs.min(max);
        high = hint - last;
    }
    while low < high {
        let middle = low + ((high - low) >> 1);
        if lt(a[middle].key, key)? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(high)
}

/// Where `key` belongs in `a`, right of equal items; the search starts at `hint`.
fn gallop_right<E>(
    key: ObjId,
    a: &[Keyed],
    hint: usize,
    lt: &mut impl FnMut(ObjId, ObjId) -> Result<bool, E>,
) -> Result<usize, E> {
    let (mut last, mut ofs) = (0, 1);
    let (mut low, mut high);
    if lt(key, a[hint].key)? {
        let max = hint + 1;
        while ofs < max && lt(key, a[hint - ofs].key)? {
            last = ofs;
            ofs = (ofs << 1) + 1;
        }
        low = hint + 1 - ofs.min(max);
        high = hint - last;
    } else {
        let max = a.len() - hint;
        while ofs < max && !lt(key, a[hint + ofs].key)? {
            last = ofs;
            ofs = (ofs << 1) + 1;
        }
        low = last + hint + 1;
        high = ofs.min(max) + hint;
    }
    while low < high {
        let middle = low + ((high - low) >> 1);
        if lt(key, a[middle].key)? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(high)
}

impl MergeState {
    /// Merges what belongs together before a run of `n2` items is pushed.
    fn found_new_run<E>(
        &mut self,
        items: Slots<'_>,
        n2: usize,
        lt: &mut impl FnMut(ObjId, ObjId) -> Result<bool, E>,
    ) -> Result<(), E> {
        let Some(&Run { start, len, .. }) = self.pending.last() else {
            return Ok(());
        };
        let power = powerloop(start, len, n2, items.len());
        while self.pending.len() > 1 && self.pending[self.pending.len() - 2].power > power {
            self.merge_at(items, self.pending.len() - 2, lt)?;
        }
        self.pending.last_mut().expect("merging leaves a run").power = power;
        Ok(())
    }

    fn force_collapse<E>(
        &mut self,
        items: Slots<'_>,
        lt: &mut impl FnMut(ObjId, ObjId) -> Result<bool, E>,
    ) -> Result<(), E> {
        while self.pending.len() > 1 {
            let mut n = self.pending.len() - 2;
            if n > 0 && self.pending[n - 1].len < self.pending[n + 1].len {
                n -= 1;
            }
            self.merge_at(items, n, lt)?;
        }
        Ok(())
    }

    /// Merges runs `i` and `i + 1`.
    fn merge_at<E>(
        &mut self,
        items: Slots<'_>,
        i: usize,
        lt: &mut impl FnMut(ObjId, ObjId) -> Result<bool, E>,
    ) -> Result<(), E> {
        let (a, b) = (self.pending[i], self.pending[i + 1]);
        self.pending[i].len = a.len + b.len;
        self.pending.remove(i + 1);
        // What stands before b's first item in a, and behind a's last in b, stays in place.
        let skip = gallop_right(items[b.start].key, &items[a.start..b.start], 0, lt)?;
        let (start, na) = (a.start + skip, a.len - skip);
        if na == 0 {
            return Ok(());
        }
        let b_items = &items[b.start..b.start + b.len];
        let nb = gallop_left(items[b.start - 1].key, b_items, b.len - 1, lt)?;
        if nb == 0 {
            return Ok(());
        }
        let both = &mut items[start..b.start + nb];
        if na <= nb {
            self.merge_lo(both, na, lt)
        } else {
            self.merge_hi(both, na, lt)
        }
    }

    /// Merges `items[..na]` with the rest, left to right.
    fn merge_lo<E>(
        &mut self,
        items: Slots<'_>,
        na: usize,
        lt: &mut impl FnMut(ObjId, ObjId) -> Result<bool, E>,
    ) -> Result<(), E> {
        let a = items[..na].to_vec();
        let mut at = MergeLo {
            dest: 0,
            a: 0,
            b: na,
        };
        let result = self.merge_lo_steps(items, &a, &mut at, lt);
        // Whatever is left of a belongs behind; what is left of b is there already, unless a's
        // last item belongs behind it.
        let rest = &a[at.a..];
        if result == Ok(Rest::AfterB) {
            let nb = items.len() - at.b;
            items.copy_within(at.b.., at.dest);
            items[at.dest + nb..].copy_from_slice(rest);
        } else {
            items[at.dest..at.dest + rest.len()].copy_from_slice(rest);
        }
        result_of(result)
    }

    fn merge_lo_steps<E>(
        &mut self,
        items: Slots<'_>,
        a: &[Keyed],
        at: &mut MergeLo,
        lt: &mut impl FnMut(ObjId, ObjId) -> Result<bool, E>,
    ) -> Result<Rest, Failed<E>> {
        let end = items.len();
        at.take_b(items);
        if at.b == end {
            return Ok(Rest::InPlace);
        }
        if a.len() - at.a == 1 {
            return Ok(Rest::AfterB);
        }
        let mut min_gallop = self.min_gallop;
        loop {
            let (mut a_wins, mut b_wins) = (0, 0);
            loop {
                if lt(items[at.b].key, a[at.a].key)? {
                    at.take_b(items);
                    b_wins += 1;
                    a_wins = 0;
                    if at.b == end {
                        return Ok(Rest::InPlace);
                    }
                    if b_wins >= min_gallop {
                        break;
                    }
                } else {
                    at.take_a(items, a);
                    a_wins += 1;
                    b_wins = 0;
                    if a.len() - at.a == 1 {
                        return Ok(Rest::AfterB);
                    }
                    if a_wins >= min_gallop {
                        break;
                    }
                }
            }
            // One run wins so often that searching for the end of its streak may pay.
            min_gallop += 1;
            loop {
                min_gallop -= usize::from(min_gallop > 1);
                self.min_gallop = min_gallop;
                let k = gallop_right(items[at.b].key, &a[at.a..], 0, lt)?;
                a_wins = k;
                for _ in 0..k {
                    at.take_a(items, a);
                }
                if k > 0 {
                    match a.len() - at.a {
                        1 => return Ok(Rest::AfterB),
                        // Only when comparisons contradict each other.
                        0 => return Ok(Rest::InPlace),
                        _ => {}
                    }
                }
                at.take_b(items);
                if at.b == end {
                    return Ok(Rest::InPlace);
                }
                let k = gallop_left(a[at.a].key, &items[at.b..], 0, lt)?;
                b_wins = k;
                for _ in 0..k {
                    at.take_b(items);
                }
                if at.b == end {
                    return Ok(Rest::InPlace);
                }
                at.take_a(items, a);
                if a.len() - at.a == 1 {
                    return Ok(Rest::AfterB);
                }
                if a_wins < MIN_GALLOP && b_wins < MIN_GALLOP {
                    break;
                }
            }
            min_gallop += 1;
            self.min_gallop = min_gallop;
        }
    }

    /// Merges `items[..na]` with the rest, right to left.
    fn merge_hi<E>(
        &mut self,
        items: Slots<'_>,
        na: usize,
        lt: &mut impl FnMut(ObjId, ObjId) -> Result<bool, E>,
    ) -> Result<(), E> {
        let b = items[na..].to_vec();
        let mut at = MergeHi {
            dest: items.len(),
            a: na,
            b: b.len(),
        };
        let result = self.merge_hi_steps(items, &b, &mut at, lt);
        let rest = &b[..at.b];
        if result == Ok(Rest::AfterB) {
            // The first item of b belongs before what is left of a.
            items.copy_within(..at.a, at.dest - at.a);
            items[..rest.len()].copy_from_slice(rest);
        } else {
            items[at.dest - rest.len()..at.dest].copy_from_slice(rest);
        }
        result_of(result)
    }

    fn merge_hi_steps<E>(
        &mut self,
        items: Slots<'_>,
        b: &[Keyed],
        at: &mut MergeHi,
        lt: &mut impl FnMut(ObjId, ObjId) -> Result<bool, E>,
    ) -> Result<Rest, Failed<E>> {
        at.take_a(items);
        if at.a == 0 {
            return Ok(Rest::InPlace);
        }
        if at.b == 1 {
            return Ok(Rest::AfterB);
        }
        let mut min_gallop = self.min_gallop;
        loop {
            let (mut a_wins, mut b_wins) = (0, 0);
            loop {
                if lt(b[at.b - 1].key, items[at.a - 1].key)? {
                    at.take_a(items);
                    a_wins += 1;
                    b_wins = 0;
                    if at.a == 0 {
                        return Ok(Rest::InPlace);
                    }
                    if a_wins >= min_gallop {
                        break;
                    }
                } else {
                    at.take_b(items, b);
                    b_wins += 1;
                    a_wins = 0;
                    if at.b == 1 {
                        return Ok(Rest::AfterB);
                    }
                    if b_wins >= min_gallop {
                        break;
                    }
                }
            }
            min_gallop += 1;
            loop {
                min_gallop -= usize::from(min_gallop > 1);
                self.min_gallop = min_gallop;
                let k = at.a - gallop_right(b[at.b - 1].key, &items[..at.a], at.a - 1, lt)?;
                a_wins = k;
                for _ in 0..k {
                    at.take_a(items);
                }
                if at.a == 0 {
                    return Ok(Rest::InPlace);
                }
                at.take_b(items, b);
                if at.b == 1 {
                    return Ok(Rest::AfterB);
                }
                let k = at.b - gallop_left(items[at.a - 1].key, &b[..at.b], at.b - 1, lt)?;
                b_wins = k;
                for _ in 0..k {
                    at.take_b(items, b);
                }
                if k > 0 {
                    match at.b {
                        1 => return Ok(Rest::AfterB),
                        // Only when comparisons contradict each other.
                        0 => return Ok(Rest::InPlace),
                        _ => {}
                    }
                }
                at.take_a(items);
                if at.a == 0 {
                    return Ok(Rest::InPlace);
                }
                if a_wins < MIN_GALLOP && b_wins < MIN_GALLOP {
                    break;
                }
            }
            min_gallop += 1;
            self.min_gallop = min_gallop;
        }
    }
}

/// What remains to be done when the steps of a merge end.
#[derive(PartialEq, Eq)]
enum Rest {
    /// The rest of the copied run goes where the merge stands.
    InPlace,
    /// One item is left of the copied run, and it belongs beyond the rest of the other.
    AfterB,
}

/// A comparison failed; never equal to anything.
struct Failed<E>(E);

impl<E> From<E> for Failed<E> {
    fn from(error: E) -> Self {
        Self(error)
    }
}

impl<E> PartialEq for Failed<E> {
    fn eq(&self, _other: &Self) -> bool {
        false
    }
}

fn result_of<E>(result: Result<Rest, Failed<E>>) -> Result<(), E> {
    match result {
        Ok(Rest::InPlace | Rest::AfterB) => Ok(()),
        Err(Failed(error)) => Err(error),
    }
}

/// Where a merge from the left stands: next place, next item of each run.
struct MergeLo {
    dest: usize,
    a: usize,
    b: usize,
}

impl MergeLo {
    fn take_a(&mut self, items: Slots<'_>, a: &[Keyed]) {
        items[self.dest] = a[self.a];
        self.a += 1;
        self.dest += 1;
    }

    fn take_b(&mut self, items: Slots<'_>) {
        items[self.dest] = items[self.b];
        self.b += 1;
        self.dest += 1;
    }
}

/// Where a merge from the right stands: one behind the next place and items.
struct MergeHi {
    dest: usize,
    a: usize,
    b: usize,
}

impl MergeHi {
    fn take_a(&mut self, items: Slots<'_>) {
        self.a -= 1;
        self.dest -= 1;
        items[self.dest] = items[self.a];
    }

    fn take_b(&mut self, items: Slots<'_>, b: &[Keyed]) {
        self.b -= 1;
        self.dest -= 1;
        items[self.dest] = b[self.b];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checksum(numbers: impl Iterator<Item = usize>) -> u64 {
        numbers.fold(0xCBF2_9CE4_8422_2325, |state, n| {
            (state ^ n as u64).wrapping_mul(0x0100_0000_01B3)
        })
    }

    /// Each line of the file was written by `CPython`: keys, comparisons, order.
    #[test]
    fn compares_what_cpython_compares() {
        for line in include_str!("../../tests/objects/sort_comparisons.txt").lines() {
            let fields: Vec<&str> = line.split(';').collect();
            let keys: Vec<i64> = fields[0]
                .split(',')
                .filter_map(|k| k.parse().ok())
                .collect();
            let mut items: Vec<Keyed> = (0..keys.len() as u32)
                .map(|i| Keyed {
                    key: ObjId(i),
                    value: ObjId(i),
                })
                .collect();
            let mut log = Vec::new();
            let sorted = timsort(&mut items, &mut |a, b| {
                log.extend([a.index(), b.index()]);
                Ok::<bool, ()>(keys[a.index()] < keys[b.index()])
            });
            assert_eq!(sorted, Ok(()));
            let order = checksum(items.iter().map(|item| item.value.index()));
            let found = (log.len() / 2, checksum(log.into_iter()), order);
            let expected = format!("{};{};{}", fields[1], fields[2], fields[3]);
            assert_eq!(
                format!("{};{};{}", found.0, found.1, found.2),
                expected,
                "{keys:?}"
            );
        }
    }
}
