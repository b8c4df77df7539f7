//! Cells of each type, as people write them.

use super::*;

/// Reads `cells` in one column of otherwise good rows: the values, and the codes of the faults.
fn column(header: &str, cells: &[&str]) -> (Vec<String>, Vec<String>) {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["户编号", "人口编号", "姓名", header]).unwrap();
    for (number, cell) in cells.iter().enumerate() {
        writer.write_record(["1", &(number + 1).to_string(), "张秀英", cell]).unwrap();
    }
    let outcome = persons("person.csv", writer.into_inner().unwrap());
    assert_eq!(outcome.counts.rejected, 0, "a fault of an optional cell never rejects the row");
    let name = programme().table("person").unwrap().column.iter().find(|c| c.title.zh == header).unwrap().name().to_owned();
    (outcome.columns[&name].clone(), outcome.findings)
}

/// `cells`: what is written, and what it becomes: a value, `-`, or a fault's code (`=` value kept, as in `FP0108=…`).
fn check(header: &str, cells: &[(&str, &str)]) {
    let (values, findings) = column(header, &cells.iter().map(|(cell, _)| *cell).collect::<Vec<_>>());
    for (row, ((cell, expected), value)) in cells.iter().zip(&values).enumerate() {
        let found = findings
            .iter()
            .find(|finding| finding.contains(&format!(":{}:", row + 2)))
            .map_or("", |finding| finding.split_once(' ').unwrap().0);
        let shown = match (found, value.as_str()) {
            ("", value) => value.to_owned(),
            (code, "-") => code.to_owned(),
            (code, value) => format!("{code}={value}"),
        };
        assert_eq!(shown, *expected, "{header}: `{cell}`");
    }
}

#[test]
fn numbers() {
    check("务工月数", &[("6", "6"), ("１２", "12"), (" 0 ", "0"), ("6.0", "6"), ("6.5", "FP0103"), ("13", "FP0106"), ("-1", "FP0106")]);
    check("务工月数", &[("六", "FP0103"), ("", "-"), ("\u{3000}", "-"), ("1e1", "FP0103"), ("99999999999", "FP0103")]);
    check("月工资", &[("3900", "390000"), ("3,900.5元", "390050"), ("1.2万", "1200000"), ("￥12.345", "1234"), ("１，２３４", "123400")]);
    check(
        "月工资",
        &[("12,60", "FP0103"), ("99999999999999", "FP0106"), ("约三千", "FP0103"), ("-5", "-500"), ("999999999", "99999999900")],
    );
    check("身高", &[("1.65", "1.65"), ("２亩", "2.0"), ("0", "0.0"), ("高", "FP0103")]);
}

#[test]
fn dates_and_booleans() {
    check(
        "出生日期",
        &[("2014-01-05", "2014-01-05"), ("2014/1/5", "2014-01-05"), ("２０１４年１月５日", "2014-01-05"), ("2014-01", "2014-01-01")],
    );
    check(
        "出生日期",
        &[("2014-02-30", "FP0104"), ("2014-13-01", "FP0104"), ("5.1.2014", "FP0104"), ("00000000", "FP0104"), ("2014-0a-01", "FP0104")],
    );
    check("是否参保", &[("是", "true"), ("否", "false"), ("TRUE", "true"), ("０", "false"), ("可能", "FP0111"), ("2", "FP0111")]);
}

#[test]
fn codes() {
    check("性别", &[("男", "male"), ("FEMALE", "female"), ("２", "female"), (" 女 ", "female"), ("难", "FP0107")]);
    check("健康状况", &[("长期慢性病、残疾", "chronic|disabled"), ("残疾,慢性病；残疾", "chronic|disabled"), ("健康", "healthy")]);
    check("健康状况", &[("健康、感冒", "FP0107"), ("、", "-"), ("肢体/视力残疾", "disabled")]);
    let folder = Folder::new().with("person.csv", "户编号,人口编号,姓名,健康状况\n1,1,张,长期慢姓病\n1,2,张,感冒\n");
    let programme = programme();
    let (files, _) = discover(&programme, folder.path()).unwrap();
    let read = read_table(&programme, programme.table("person").unwrap(), &files, &ReadingOptions::default(), &mut |_| {}).unwrap();
    let expected: Vec<&str> = read.findings.iter().map(|finding| finding.expected.as_str()).collect();
    assert_eq!(expected, ["did you mean 长期慢性病?", "one of 健康 长期慢性病 残疾"]);
}

#[test]
fn numbers_that_name_things() {
    let good = "11010519491231002X";
    check(
        "证件号码",
        &[(good, good), ("11010519491231002x", good), ("110105 19491231 002X", good), ("１１０１０５１９４９１２３１００２X", good)],
    );
    check("证件号码", &[("110105194912310021", "FP0108=110105194912310021"), ("1.10105E+17", "FP0122"), ("无", "FP0108=无")]);
    check("证件号码", &[("110105194912310021110105194912310021", "FP0108")]);
    check("残疾证号", &[("11010519491231002X43", "11010519491231002X43"), ("11010519491231002X93", "FP0109=11010519491231002X93")]);
    check("户籍地代码", &[("520222104203", "520222104203"), ("520222", "520222000000"), ("5", "FP0110"), ("52022A", "FP0110")]);
    check(
        "联系电话",
        &[("138 0000-0000", "13800000000"), ("＋86 13800000000", "8613800000000"), ("电话", "FP0124"), ("1.38E+10", "FP0122")],
    );
    check("备注", &[("  两 字\u{3000}", "两 字"), ("ＡＢＣ", "ABC"), ("\u{feff}", "-")]);
}

#[test]
fn a_required_cell_rejects_its_row() {
    let text = "户编号,人口编号,姓名\n,1,张\n1,,李\n1,1,\n1,2,\u{3000}\n1,3,\u{feff}\nx,4,王\n1,1.5,赵\n1,1234567890123456789,钱\n-1,5,孙\n+1,6,周\n1,7,吴\n";
    let outcome = persons("person.csv", text);
    let expected = ["FP0105:2:household", "FP0105:3:person", "FP0105:4:name", "FP0105:5:name", "FP0105:6:name", "FP0103:7:household"];
    let more = ["FP0103:8:person", "FP0103:9:person", "FP0103:10:household", "FP0103:11:household"];
    let findings: Vec<String> = outcome.findings.iter().map(|finding| finding.replace(" person.csv", "")).collect();
    assert_eq!(findings, [expected.as_slice(), &more].concat());
    assert_eq!(outcome.column("name"), ["吴"]);
    assert_eq!(outcome.counts.rejected, 10);
}
