//! Encodings, separators, compression, and files that are not what they say.

use super::*;

#[test]
fn encodings_and_separators_are_found() {
    let text = three();
    let utf16 = |little: bool| -> Vec<u8> {
        let units = format!("\u{feff}{text}").encode_utf16().collect::<Vec<u16>>();
        units.into_iter().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    assert_three(&persons("person.csv", &text));
    assert_three(&persons("person.csv", format!("\u{feff}{text}")));
    assert_three(&persons("person.csv", encoding_rs::GB18030.encode(&text).0));
    assert_three(&persons("person.csv", utf16(true)));
    assert_three(&persons("person.csv", utf16(false)));
    for separator in ["\t", ";", "|"] {
        assert_three(&persons("person.txt", text.replace(',', separator)));
        assert_three(&persons("person.tsv", encoding_rs::GB18030.encode(&text.replace(',', separator)).0));
    }
    for ends in ["\r\n", "\r"] {
        assert_three(&persons("person.csv", text.replace('\n', ends)));
    }
    assert_three(&persons("person.csv", text.trim_end()));
    assert_three(&persons("person.csv", format!("\n\n{}\n\n,,,,\n", text.replace("\n1,2", "\n\n1,2"))));
    assert_three(&persons("person.csv", text.replace('\n', ",\n")));
    assert_three(&persons("PERSON.CSV.GZ", gzip(text.as_bytes())));
    assert_three(&persons("person.csv.zst", zstd::encode_all(text.as_bytes(), 1).unwrap()));
    assert_three(&persons("person.csv", gzip(&encoding_rs::GB18030.encode(&text).0)));
}

#[test]
fn named_encoding_and_separator_are_obeyed() {
    let folder = Folder::new().with("person.csv", encoding_rs::BIG5.encode("household,person,name\n1,1,張秀英\n").0);
    let options = ReadingOptions { encoding: Some("big5".to_owned()), ..ReadingOptions::default() };
    assert_eq!(read_with(&folder, "person", &options).column("name"), ["張秀英"]);
    let folder = Folder::new().with("person.csv", "户编号/人口编号/姓名\n1/1/张秀英\n");
    let options = ReadingOptions { delimiter: Some(b'/'), ..ReadingOptions::default() };
    assert_eq!(read_with(&folder, "person", &options).column("name"), ["张秀英"]);
    let options = ReadingOptions { encoding: Some("klingon".to_owned()), ..ReadingOptions::default() };
    assert_eq!(read_with(&folder, "person", &options).findings(), ["FP0102 person.csv"]);
}

#[test]
fn a_separator_in_headers_does_not_mislead() {
    let text = "户编号\t人口编号\t姓名\t备注(一,二,三,四,五)\n1\t1\t张秀英\t-\n1\t2\t王国强\t-\n";
    assert_eq!(persons("person.csv", text).column("name"), ["张秀英", "王国强"]);
    let text = "\"a;b;c;d\",户编号,人口编号,姓名\n1,1,1,张秀英\n";
    assert_eq!(persons("person.csv", text).column("name"), ["张秀英"]);
}

#[test]
fn bytes_of_another_encoding_are_a_fault_of_their_cell() {
    let mut text = encoding_rs::GB18030
        .encode("户编号,人口编号,姓名,备注\n1,1,张秀英,好\n1,2,王国强,坏\n1,3,欧阳建国,好\n2,1,李芳,坏\n")
        .0
        .into_owned();
    let at = |text: &[u8], word: &str| {
        let word = encoding_rs::GB18030.encode(word).0.into_owned();
        text.windows(word.len()).position(|window| window == word).unwrap()
    };
    let (name, note) = (at(&text, "王国强"), at(&text, "李芳") + 5);
    text[name] = 0xff;
    text[note] = 0xff;
    let outcome = persons("person.csv", text);
    assert_eq!(outcome.findings(), ["FP0102 person.csv:3:name", "FP0102 person.csv:5:note"]);
    assert_eq!(outcome.column("name"), ["张秀英", "欧阳建国", "李芳"]);
    assert_eq!(outcome.column("note"), ["好", "好", "-"]);

    let mut text = three().into_bytes();
    text.extend(b"3,1,\xd5\xc5,\xc4\xd0,\n4,1,x,2,\n");
    let outcome = persons("person.csv", text);
    assert_eq!(outcome.findings(), ["FP0102 person.csv:5:name", "FP0102 person.csv:5:sex"]);
    assert_eq!(outcome.column("household"), ["1", "1", "2", "4"]);
}

#[test]
fn zero_bytes_later_in_a_file_are_a_fault_of_their_row() {
    let rows: String = (0..2000).map(|n| format!("{n},1,张秀英\n")).collect();
    let text = format!("户编号,人口编号,姓名\n{rows}3000,1,张\0英\n\0\0\0\0\0\0\n4000,1,李芳\n");
    let outcome = persons("person.csv", text);
    assert_eq!(outcome.findings(), ["FP0102 person.csv:2002:name", "FP0118 person.csv:2003"]);
    assert_eq!(outcome.counts.accepted, 2001);
}

#[test]
fn files_that_are_no_tables_are_named() {
    let found = |name: &str, bytes: &[u8]| persons(name, bytes).findings.join(", ");
    assert_eq!(found("person.csv", b""), "FP0101 person.csv");
    assert_eq!(found("person.csv", b" \n\n"), "FP0101 person.csv");
    assert_eq!(found("person.csv", "\u{feff}".as_bytes()), "FP0101 person.csv");
    assert_eq!(found("person.csv", b"\xff\xfe"), "FP0101 person.csv");
    assert_eq!(found("person.csv.gz", &gzip(b"")), "FP0101 person.csv.gz");
    assert_eq!(found("person.csv", b"\x7fELF\x02\x01\x01\0\0\0\0\0"), "FP0121 person.csv");
    assert_eq!(found("person.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "FP0121 person.xls");
    assert_eq!(found("person.xls", b"<html><table>"), "FP0121 person.xls");
    assert_eq!(found("unknown.csv", b"a,b\n"), "FP0116 unknown.csv");
    // Bytes without any meaning in UTF-8 or GB18030.
    let mut state = 99_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u8::try_from(state >> 24).unwrap().max(1)
    };
    let junk: Vec<u8> = (0..4000).map(|_| random()).collect();
    assert_eq!(found("person.csv", &junk), "FP0102 person.csv");
}

#[test]
fn a_truncated_archive_keeps_the_rows_before_the_cut() {
    let rows: String = (0..20_000).map(|n| format!("{n},1,张秀英{n}\n")).collect();
    let text = format!("户编号,人口编号,姓名\n{rows}");
    let packed = gzip(text.as_bytes());
    let cut = persons("person.csv.gz", &packed[..packed.len() / 2]);
    assert_eq!(cut.findings(), ["FP0120 person.csv.gz"]);
    assert!((5_000..15_000).contains(&cut.counts.accepted), "{:?}", cut.counts);
    let names = cut.column("name");
    assert!(names.iter().enumerate().all(|(n, name)| *name == format!("张秀英{n}")), "the last row is whole");

    // Later than the sample by which the encoding is found.
    let long =
        format!("户编号,人口编号,姓名,备注\n{}", (0..20_000).map(|n| format!("{n},1,张秀英,{:090}\n", n * 7919)).collect::<String>());
    let packed = zstd::encode_all(long.as_bytes(), 1).unwrap();
    let cut = persons("person.csv.zst", &packed[..packed.len() - 100]);
    assert_eq!(cut.findings(), ["FP0120 person.csv.zst"]);
    assert!(cut.counts.accepted > 10_000, "{:?}", cut.counts);
    let nothing = persons("person.csv.gz", packed_head());
    assert_eq!(nothing.findings(), ["FP0120 person.csv.gz"]);
    assert_eq!(nothing.counts.read, 0);
}

/// Not even the header of the table.
fn packed_head() -> Vec<u8> {
    gzip(three().as_bytes())[..12].to_vec()
}
