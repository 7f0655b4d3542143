//! Reads damaged recordings: rows of events as they come, and a whole file with some bytes changed.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use ouroscope::base::Moment;
use ouroscope::trace::{self, BLOCK_EVENTS, Player, State, codec};

const WHOLE: &[u8] = include_bytes!("../../tests/recordings/format_2.mcap");

fuzz_target!(|data: &[u8]| {
    let Some((&first, data)) = data.split_first() else {
        return;
    };
    if first & 1 == 0 {
        rows(data);
    } else {
        file(data);
    }
});

/// A block may hold anything; the state takes it forwards and backwards.
fn rows(data: &[u8]) {
    let Some(events) = codec::decode(data, BLOCK_EVENTS) else {
        return;
    };
    let again = codec::decode(&codec::encode(&events), BLOCK_EVENTS).expect("coded by ourselves");
    // Compared in words, since a float may be no number.
    assert_eq!(format!("{again:?}"), format!("{events:?}"));
    let mut state = State::new(50);
    for event in &events {
        state.apply(event);
    }
    for event in events.iter().rev() {
        if state.undo(event).is_err() {
            break;
        }
    }
}

/// Each four bytes are a place (scaled to the file), what is done there, and a value.
fn file(data: &[u8]) {
    let mut bytes = WHOLE.to_vec();
    for change in data.chunks_exact(4) {
        let place = usize::from(u16::from_le_bytes([change[0], change[1]]));
        let at = (place * bytes.len() >> 16).min(bytes.len().saturating_sub(1));
        match change[2] % 4 {
            0 if !bytes.is_empty() => bytes[at] = change[3],
            1 if !bytes.is_empty() => bytes[at] ^= 1 << (change[3] % 8),
            2 => bytes.insert(at, change[3]),
            _ => bytes.truncate(at.max(1)),
        }
    }
    let path = std::env::temp_dir().join(format!("ouroscope-fuzz-{}.mcap", std::process::id()));
    std::fs::write(&path, &bytes).expect("the folder can be written");
    if let Ok(recording) = trace::open(&path) {
        let mut player = Player::new(Arc::new(recording));
        let _ = player.seek(Moment(u64::MAX));
        let _ = player.seek(Moment(0));
    }
}
