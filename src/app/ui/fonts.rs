//! The fonts of the window: those that come with the program, for Latin, Greek, Cyrillic, Chinese,
//! Japanese, Korean and emoji, and the system's for other scripts.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily};

use super::theme::{MONO_STRONG, STRONG};

/// Fonts that systems keep for scripts ours do not cover; each that exists is a fall-back.
const SYSTEM_FONTS: &[&str] = &[
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSansMono.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansDevanagari-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansThai-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansHebrew-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansSymbols2-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansMath-Regular.ttf",
    "C:\\Windows\\Fonts\\msyh.ttc",
    "C:\\Windows\\Fonts\\meiryo.ttc",
    "C:\\Windows\\Fonts\\malgun.ttf",
    "C:\\Windows\\Fonts\\Nirmala.ttf",
    "C:\\Windows\\Fonts\\seguisym.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/System/Library/Fonts/AppleSDGothicNeo.ttc",
    "/System/Library/Fonts/Apple Symbols.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
];

/// Gives egui all fonts: ours first, then egui's own for symbols, then the system's.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(definitions(SYSTEM_FONTS));
}

fn definitions(system: &[&str]) -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let ours: [(&str, &'static [u8]); 7] = [
        (
            "emoji",
            include_bytes!("../../../assets/fonts/NotoEmoji-Regular.ttf"),
        ),
        (
            "han",
            include_bytes!("../../../assets/fonts/NotoSansSC-Subset.otf"),
        ),
        (
            "hangul",
            include_bytes!("../../../assets/fonts/NotoSansKR-Subset.otf"),
        ),
        (
            "ui",
            include_bytes!("../../../assets/fonts/Inter-Regular.otf"),
        ),
        (
            "ui-strong",
            include_bytes!("../../../assets/fonts/Inter-SemiBold.otf"),
        ),
        (
            "code",
            include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf"),
        ),
        (
            "code-strong",
            include_bytes!("../../../assets/fonts/JetBrainsMono-Bold.ttf"),
        ),
    ];
    for (name, bytes) in ours {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let mut symbols = vec!["emoji".to_owned()];
    symbols.extend(
        fonts
            .families
            .get(&FontFamily::Monospace)
            .cloned()
            .unwrap_or_default(),
    );
    symbols.extend(["han".to_owned(), "hangul".to_owned()]);
    for path in system {
        if let Ok(bytes) = std::fs::read(path) {
            let name = Path::new(path)
                .file_name()
                .map_or_else(|| (*path).to_owned(), |n| n.to_string_lossy().into_owned());
            fonts
                .font_data
                .insert(name.clone(), Arc::new(FontData::from_owned(bytes)));
            symbols.push(name);
        }
    }
    let family = |first: &[&str]| -> Vec<String> {
        first
            .iter()
            .map(|&name| name.to_owned())
            .chain(symbols.iter().cloned())
            .collect()
    };
    fonts.families = BTreeMap::from([
        (FontFamily::Proportional, family(&["ui", "code"])),
        (FontFamily::Monospace, family(&["code", "ui"])),
        (
            FontFamily::Name(STRONG.into()),
            family(&["ui-strong", "ui"]),
        ),
        (
            FontFamily::Name(MONO_STRONG.into()),
            family(&["code-strong", "code"]),
        ),
    ]);
    fonts
}
