//! Workbooks, from a writer and by hand where no writer makes the fault.

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use super::*;

fn workbook(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet());
    workbook.save_to_buffer().unwrap()
}

fn three_in_sheet(text: &str) -> Vec<u8> {
    workbook(|sheet| {
        for (row, line) in (0..).zip(text.lines()) {
            for (column, cell) in (0..).zip(line.split(',')) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
    })
}

/// A workbook of one sheet whose rows are given as XML.
fn by_hand(rows: &str, workbook_properties: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let files = [
        ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned()),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\">{workbook_properties}<sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"{relations}/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/styles.xml",
            format!("<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"),
        ),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>")),
    ];
    stored_zip(&files)
}

/// A zip archive without compression.
fn stored_zip(files: &[(&str, String)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let mut crc = flate2::Crc::new();
        crc.update(text.as_bytes());
        let length = u32::try_from(text.len()).unwrap().to_le_bytes();
        let mut entry = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        entry.extend(crc.sum().to_le_bytes());
        entry.extend(length);
        entry.extend(length);
        entry.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        entry.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&entry);
        directory.extend([0; 10]);
        directory.extend(u32::try_from(archive.len()).unwrap().to_le_bytes());
        directory.extend(name.as_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(&entry);
        archive.extend(name.as_bytes());
        archive.extend(text.as_bytes());
    }
    let start = u32::try_from(archive.len()).unwrap();
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([count, count].concat());
    archive.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend([0, 0]);
    archive
}

fn row(number: u32, cells: &str) -> String {
    format!("<row r=\"{number}\">{cells}</row>")
}

fn text(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

fn header(names: &[&str]) -> String {
    row(1, &"ABCDEFGH".chars().zip(names).map(|(column, name)| text(&format!("{column}1"), name)).collect::<String>())
}

#[test]
fn a_sheet_of_texts_is_read() {
    let book = three_in_sheet(&three());
    assert_three(&persons("person.xlsx", &book));
    assert_three(&persons("person.xlsx.gz", gzip(&book)));
    assert_three(&persons("person.xlsx", three_in_sheet(&format!("{}\n ,,\n", three().replace("\n1,2", "\n\n1,2")))));
}

#[test]
fn cells_are_read_for_what_they_are() {
    let book = workbook(|sheet| {
        for (column, name) in (0..).zip(["户编号", "人口编号", "姓名", "出生日期", "务工月数", "月工资", "是否参保", "证件号码", "备注"])
        {
            sheet.write_string(0, column, name).unwrap();
        }
        let date = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_number(1, 0, 5_202_220_001.0).unwrap();
        sheet.write_number(1, 1, 1).unwrap();
        sheet.write_string(1, 2, "张秀英").unwrap();
        sheet.write_with_format(1, 3, ExcelDateTime::from_ymd(2014, 1, 5).unwrap(), &date).unwrap();
        sheet.write_number(1, 4, 6).unwrap();
        sheet.write_number(1, 5, 0.1 + 0.2).unwrap();
        sheet.write_boolean(1, 6, true).unwrap();
        sheet.write_string(1, 7, "11010519491231002X").unwrap();
        sheet.write_with_format(1, 8, ExcelDateTime::from_ymd(2014, 1, 5).unwrap(), &date).unwrap();
        sheet.write_number(2, 0, 110_105_194_912_310_021.0).unwrap();
        sheet.write_number(2, 1, 2).unwrap();
        sheet.write_string(2, 2, "号码失真").unwrap();
        for (column, value) in [(0, 1.0), (1, 3.0), (2, 42.0), (3, 41_644.0), (4, 6.5), (6, 2.0), (7, 110_105_194_912_310_021.0)] {
            sheet.write_number(3, column, value).unwrap();
        }
        for (column, value) in [(0, 1.0), (1, 4.0), (2, 7.0), (3, 20_140_105.0)] {
            sheet.write_number(4, column, value).unwrap();
        }
        for (column, value) in [(0, 1.0), (1, 5.0), (2, 7.0), (3, 201_401.0)] {
            sheet.write_number(5, column, value).unwrap();
        }
    });
    let outcome = persons("person.xlsx", book);
    assert_eq!(
        outcome.findings(),
        [
            "FP0122 person.xlsx:3:household",
            "FP0122 person.xlsx:4:identity",
            "FP0111 person.xlsx:4:insured",
            "FP0103 person.xlsx:4:months",
            "FP0104 person.xlsx:6:born_on",
        ]
    );
    assert_eq!(outcome.column("household"), ["5202220001", "1", "1", "1"]);
    assert_eq!(outcome.column("name"), ["张秀英", "42", "7", "7"]);
    assert_eq!(outcome.column("born_on"), ["2014-01-05", "2014-01-05", "2014-01-05", "-"]);
    assert_eq!(outcome.column("wage"), ["30", "-", "-", "-"]);
    assert_eq!(outcome.column("insured"), ["true", "-", "-", "-"]);
    assert_eq!(outcome.column("note"), ["2014-01-05", "-", "-", "-"]);
}

#[test]
fn formulas_count_by_their_stored_result() {
    let book = workbook(|sheet| {
        for (column, name) in (0..).zip(["户编号", "人口编号", "姓名", "务工月数"]) {
            sheet.write_string(0, column, name).unwrap();
            sheet.write_number(1, column, 1).unwrap();
        }
        sheet.write_formula(1, 3, Formula::new("=2*3").set_result("6")).unwrap();
    });
    let outcome = persons("person.xlsx", book);
    assert_eq!((outcome.findings(), outcome.column("months")), (vec![], vec!["6"]));

    let good =
        |number: u32| format!("<c r=\"A{number}\"><v>1</v></c><c r=\"B{number}\"><v>{number}</v></c>{}", text(&format!("C{number}"), "张"));
    let rows = [
        header(&["户编号", "人口编号", "姓名", "务工月数"]),
        row(2, &format!("{}<c r=\"D2\"><f>2*3</f></c>", good(2))),
        row(3, &format!("{}<c r=\"D3\"><f>2*3</f><v>7</v></c>", good(3))),
        row(4, &format!("{}<c r=\"D4\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c>", good(4))),
        row(5, &format!("<c r=\"A5\" t=\"e\"><v>#REF!</v></c><c r=\"B5\"><v>5</v></c>{}", text("C5", "李"))),
        row(6, "<c r=\"A6\"><v>1</v></c><c r=\"B6\"><v>6</v></c><c r=\"C6\"><f>X1</f></c>"),
    ];
    let outcome = persons("person.xlsx", by_hand(&rows.concat(), ""));
    assert_eq!(
        outcome.findings(),
        ["FP0123 person.xlsx:2:months", "FP0125 person.xlsx:4:months", "FP0125 person.xlsx:5:household", "FP0123 person.xlsx:6:name",]
    );
    assert_eq!(outcome.column("months"), ["-", "7", "-"]);
    assert_eq!(outcome.counts.rejected, 2);
}

#[test]
fn both_systems_of_dates_give_the_same_day() {
    // 2014-01-05 is day 41644 counted from 1900 and 40182 counted from 1904.
    for (properties, serial) in [("", 41_644), ("<workbookPr date1904=\"1\"/>", 40_182)] {
        let cells = format!("<c r=\"A2\"><v>1</v></c><c r=\"B2\"><v>1</v></c>{}<c r=\"D2\" s=\"1\"><v>{serial}</v></c>", text("C2", "张"));
        let rows = [header(&["户编号", "人口编号", "姓名", "出生日期"]), row(2, &cells)];
        assert_eq!(persons("person.xlsx", by_hand(&rows.concat(), properties)).column("born_on"), ["2014-01-05"], "{properties}");
    }
}

#[test]
fn cells_out_of_place_do_not_shift_a_row() {
    let cells = format!("{}<c r=\"B2\"><v>2</v></c><c r=\"A2\"><v>1</v></c><c r=\"XFD2\" s=\"1\"/>", text("C2", "张"));
    let outcome = persons("person.xlsx", by_hand(&[header(&["户编号", "人口编号", "姓名"]), row(2, &cells)].concat(), ""));
    assert_eq!(outcome.findings(), Vec::<&str>::new());
    assert_eq!((outcome.column("household"), outcome.column("person"), outcome.column("name")), (vec!["1"], vec!["2"], vec!["张"]));
}

#[test]
fn damage_is_told_and_the_rows_before_it_kept() {
    let book = three_in_sheet(&three());
    assert_eq!(persons("person.xlsx", &book[..book.len() / 2]).findings(), ["FP0120 person.xlsx"]);
    let packed = gzip(&book);
    assert_eq!(persons("person.xlsx.gz", &packed[..packed.len() / 2]).findings(), ["FP0120 person.xlsx.gz"]);
    assert_eq!(persons("person.xlsx", stored_zip(&[("a.txt", "a".to_owned())])).findings(), ["FP0121 person.xlsx"]);
    assert_eq!(persons("person.xlsx", by_hand("", "")).findings(), ["FP0101 person.xlsx"]);
    let good = |number: u32| {
        row(number, &format!("<c r=\"A{number}\"><v>1</v></c><c r=\"B{number}\"><v>{number}</v></c>{}", text(&format!("C{number}"), "张")))
    };
    let rows =
        [header(&["户编号", "人口编号", "姓名"]), good(2), good(3), "<row r=\"4\"><c r=\"A4\"><v>1</v></c><c r=\"!!\"><v>".to_owned()];
    let outcome = persons("person.xlsx", by_hand(&rows.concat(), ""));
    assert_eq!(outcome.findings(), ["FP0120 person.xlsx"]);
    assert_eq!(outcome.column("person"), ["2", "3"]);
}
