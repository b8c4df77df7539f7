//! Rows of delimited text that are not what they should be, and headers.

use proptest::prelude::*;

use super::*;

const SHORT: &str = "户编号,人口编号,姓名";

fn rows(text: &str) -> Outcome {
    persons("person.csv", format!("{SHORT}\n{text}"))
}

#[test]
fn quotes_hold_separators_line_ends_and_quotes() {
    let outcome = persons(
        "person.csv",
        "\"户编号\",人口编号,\"姓名\",\"备\n注\"\n1,1,\"张,秀英\",\"一\r\n二\"\n1,2,\"王\"\"国\"\"强\",\"\"\n1,3,李\"芳,x\n",
    );
    assert_eq!(outcome.findings(), Vec::<&str>::new());
    assert_eq!(outcome.column("name"), ["张,秀英", "王\"国\"强", "李\"芳"]);
    assert_eq!(outcome.column("note"), ["一\r\n二", "-", "x"]);
    // The header takes two lines, the first row two more.
    assert_eq!(outcome.column("\u{0}row"), ["3", "5", "6"]);
}

#[test]
fn ragged_rows_are_rejected_one_by_one() {
    let outcome = rows("1,1,张\n1,2\n1,3,李,多\n1,4,王,\n1,5,赵\n");
    assert_eq!(outcome.findings(), ["FP0118 person.csv:3", "FP0118 person.csv:4"]);
    assert_eq!(outcome.column("person"), ["1", "4", "5"]);
    assert_eq!(outcome.counts.rejected, 2);
}

#[test]
fn an_unclosed_quote_costs_its_line_only() {
    let outcome = rows("1,1,张\n1,2,\"李\n1,3,王\n1,4,\"赵, 钱\"\n1,5,孙\n");
    assert_eq!(outcome.findings(), ["FP0119 person.csv:3"]);
    assert_eq!(outcome.column("person"), ["1", "3", "4", "5"]);
    assert_eq!(outcome.column("name"), ["张", "王", "赵, 钱", "孙"]);
    // The quote closes later, and what it swallowed looks like a row.
    let outcome = rows("1,1,张\n1,2,\"李\n1,3,王\"\n1,4,赵\n");
    assert_eq!(outcome.findings(), ["FP0119 person.csv:3"]);
    assert_eq!(outcome.column("name"), ["张", "王\"", "赵"]);
    let outcome = rows("1,1,张\n1,\"2,李\n1,3,\"\n1,4,赵\n");
    assert_eq!(outcome.findings(), ["FP0119 person.csv:3", "FP0119 person.csv:4"]);
    assert_eq!(rows("1,1,张\n1,2,\"李").findings(), ["FP0119 person.csv:3"]);
    assert_eq!(rows("1,1,\"张\"三\n1,2,李\n").findings(), ["FP0119 person.csv:2"]);
    // With no other quote in the rest of a long file.
    let rest: String = (0..150_000).map(|n| format!("2,{n},王国强\n")).collect();
    let outcome = rows(&format!("1,2,\"李\n{rest}"));
    assert_eq!(outcome.findings(), ["FP0119 person.csv:2"]);
    assert_eq!(outcome.counts.accepted, 150_000);
    assert_eq!(persons("person.csv", "户编号,人口编号,\"姓名\n1,1,张\n").findings(), ["FP0119 person.csv:1"]);
}

#[test]
fn a_line_of_megabytes_is_passed_over() {
    let wide = "7,".repeat(10_000_000);
    let outcome = rows(&format!("1,1,张\n{wide}\n1,2,李\n"));
    assert_eq!(outcome.findings(), ["FP0119 person.csv:3"]);
    assert_eq!(outcome.column("name"), ["张", "李"]);
    let long = "长".repeat(2_000_000);
    let outcome = rows(&format!("1,1,张\n1,2,{long}\n1,3,李\n"));
    assert_eq!(outcome.findings(), ["FP0119 person.csv:3"]);
    assert_eq!(outcome.column("name"), ["张", "李"]);
    assert_eq!(persons("person.csv", wide).findings(), ["FP0119 person.csv:1"]);
    assert_eq!(persons("person.csv", "户编号,".repeat(5_000)).findings(), ["FP0119 person.csv:1"]);
}

#[test]
fn headers_are_met_by_any_name_and_their_faults_told() {
    let found = |header: &str| persons("person.csv", format!("{header}\n1,1,张,x\n")).findings.join(", ");
    assert_eq!(found("户编号（国家）,Person Number,姓 名,note"), "");
    assert_eq!(found("HOUSEHOLD_ID,人口编号,name,备注"), "");
    assert_eq!(found("户编号,人口编号,姓名,别的"), "FP0115 person.csv:1:别的");
    assert_eq!(found("户编号,人口编号,姓名,姓名"), "FP0114 person.csv:1:姓名");
    // Two names of one column: the better one counts, the other is told.
    assert_eq!(found("户编号,人口编号,姓名,household id"), "FP0115 person.csv:1:household id");
    assert_eq!(found("户编号,人口编号,,备注"), "FP0113 person.csv:1:name");
    let folder = Folder::new().with("person.csv", "户编号,人口编码,姓名\n1,1,张\n");
    let programme = programme();
    let (files, _) = discover(&programme, folder.path()).unwrap();
    let read = read_table(&programme, programme.table("person").unwrap(), &files, &ReadingOptions::default(), &mut |_| {}).unwrap();
    let missing = read.findings.iter().find(|finding| finding.code == "FP0113").unwrap();
    assert_eq!(missing.expected, "a column `人口编号`; is it `人口编码`?");
}

#[test]
fn columns_that_no_file_holds_are_absent() {
    let folder = Folder::new()
        .with("person-a.csv", "户编号,人口编号,姓名,月工资\n1,1,张,5\n")
        .with("person-b.csv", "户编号,人口编号,姓名,身高\n1,2,李,1.6\n");
    let programme = programme();
    let (files, _) = discover(&programme, folder.path()).unwrap();
    let read = read_table(&programme, programme.table("person").unwrap(), &files, &ReadingOptions::default(), &mut |_| {}).unwrap();
    assert!(!read.absent.iter().any(|name| ["wage", "height", "name"].contains(&name.as_str())), "{:?}", read.absent);
    assert!(read.absent.iter().any(|name| name == "phone"));
}

#[test]
fn many_like_faults_are_counted_not_listed() {
    let text: String = (0..12_000).map(|n| format!("{n},1,张,?\n")).collect();
    let outcome = persons("person.csv", format!("{SHORT},性别\n{text}"));
    assert_eq!(outcome.counts.accepted, 12_000);
    assert_eq!(outcome.findings.len(), 10_001);
    assert_eq!(outcome.findings.last().map(String::as_str), Some("FP0107 person.csv:sex"));
}

#[test]
fn too_many_errors_stop_the_reading() {
    let folder = Folder::new().with("person.csv", format!("{SHORT}\n1,1,\n1,2,\n1,3,\n"));
    let programme = programme();
    let (files, _) = discover(&programme, folder.path()).unwrap();
    let read = |limit| {
        let options = ReadingOptions { max_errors: Some(limit), ..ReadingOptions::default() };
        read_table(&programme, programme.table("person").unwrap(), &files, &options, &mut |_| {})
    };
    assert!(matches!(read(2), Err(crate::Error::TooManyErrors { limit: 2 })));
    assert_eq!(read(3).unwrap().counts.rejected, 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever stands in a file, reading ends, and every row is accepted or rejected ([`read`] asserts REG-1).
    #[test]
    fn arbitrary_bytes_never_panic(head in 0..3_usize, bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let head = ["", "户编号,人口编号,姓名\n", "\u{feff}household;person;name\r\n"][head];
        persons("person.csv", [head.as_bytes(), &bytes].concat());
    }

    /// The same for text that is full of what matters to the reader.
    #[test]
    fn junk_of_quotes_and_separators_never_panics(junk in "[\"\",;\t|\r\n 1张a\u{fffd}\0]{0,200}") {
        persons("person.csv", format!("{SHORT}\n{junk}"));
        persons("person.csv", junk);
    }

    /// Without quotes each line that is not blank is one row: nothing is read twice or lost.
    #[test]
    fn every_line_is_a_row(lines in proptest::collection::vec("[0-9张x,]{0,12}", 0..60)) {
        let blank = |line: &&String| line.chars().all(|c| c == ',');
        let expected = lines.len() - lines.iter().filter(blank).count();
        let outcome = rows(&lines.join("\n"));
        prop_assert_eq!(outcome.counts.read, u64::try_from(expected).unwrap());
    }

    /// What a CSV writer quotes comes back as it was.
    #[test]
    fn written_cells_come_back(notes in proptest::collection::vec("[a-z\",;\r\n张 ]{0,10}[a-z]", 1..20)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        // So wide that no cell looks like a swallowed row.
        let wide = |cells: [&str; 4]| cells.into_iter().chain([""; 12]).map(str::to_owned).collect::<Vec<_>>();
        writer.write_record(wide(["户编号", "人口编号", "姓名", "备注"])).unwrap();
        for (number, note) in notes.iter().enumerate() {
            writer.write_record(wide(["1", &number.to_string(), "张", note])).unwrap();
        }
        let outcome = persons("person.csv", writer.into_inner().unwrap());
        let expected: Vec<&str> = notes.iter().map(|note| note.trim()).collect();
        prop_assert_eq!(outcome.column("note"), expected);
    }
}
