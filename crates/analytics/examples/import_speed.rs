//! Rows per CPU second of reading and importing: `cargo run --release -p analytics --example import_speed [PERSONS] [WORKBOOK_ROWS]`.
#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use std::io::{BufWriter, Write};
use std::path::Path;

use analytics::reading::{InputFile, ReadingOptions, discover, read_table};
use analytics::register::{ImportOptions, import};
use programme::{Programme, SourceFile};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const HEADER: [&str; 15] = [
    "户编号",
    "人口编号",
    "姓名",
    "性别",
    "证件号码",
    "出生日期",
    "与户主关系",
    "民族",
    "文化程度",
    "健康状况",
    "劳动技能",
    "务工时间",
    "月工资",
    "是否参加城乡居民基本医疗保险",
    "是否享受低保",
];

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let persons: u64 = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let workbook: u64 = arguments.next().map_or(Ok(100_000), |text| text.parse())?;
    let programme = china()?;
    let folder = tempfile::tempdir()?;
    let csv = folder.path().join("csv");
    std::fs::create_dir(&csv)?;
    write_households(&csv.join("household.csv"), persons.div_ceil(4))?;
    write_csv(&csv.join("person.csv"), persons)?;
    measure("CSV read", persons, || read(&programme, &csv))?;
    let target = folder.path().join("register");
    let households = persons.div_ceil(4);
    measure("CSV import", persons + households, || {
        let report = import(&programme, &csv, &target, &ImportOptions::default(), &mut |_rows| {})?;
        Ok(report.manifest.counts.values().map(|counts| counts.accepted).sum())
    })?;
    let xlsx = folder.path().join("xlsx");
    std::fs::create_dir(&xlsx)?;
    write_xlsx(&xlsx.join("person.xlsx"), workbook)?;
    measure("XLSX read", workbook, || read(&programme, &xlsx))
}

fn china() -> Outcome<Programme> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/china");
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    let source = |path: &std::path::PathBuf| Ok(SourceFile { name: path.display().to_string(), text: std::fs::read_to_string(path)? });
    Ok(Programme::load(paths.iter().map(source).collect::<Outcome<Vec<_>>>()?)?)
}

fn read(programme: &Programme, folder: &Path) -> Outcome<u64> {
    let (files, _) = discover(programme, folder)?;
    let table = programme.table("person").ok_or("the programme has no persons")?;
    let files: Vec<InputFile> = files.into_iter().filter(|file| file.table == "person").collect();
    let read = read_table(programme, table, &files, &ReadingOptions::default(), &mut |_rows| {})?;
    if let Some(finding) = read.findings.first() {
        return Err(finding.to_string().into());
    }
    Ok(read.counts.accepted)
}

/// One person a row: four to a household, one row in ten with a sickness, every column filled.
fn person(number: u64) -> [String; 15] {
    let (year, month, day) = (1940 + number % 70, 1 + number % 12, 1 + number % 28);
    let body = format!("520222{year}{month:02}{day:02}{:03}", number % 1000);
    let check = kernel::identity::check_character(body.as_bytes()).unwrap_or('X');
    let pick = |words: &[&str]| {
        words.iter().cycle().nth(usize::try_from(number).unwrap_or(0) % words.len()).map_or(String::new(), |w| (*w).to_owned())
    };
    [
        (1 + number / 4).to_string(),
        (100_000_000 + number).to_string(),
        pick(&["张秀英", "王国强", "李芳", "欧阳建国", "陈小明", "刘洋", "赵敏"]),
        pick(&["男", "女"]),
        format!("{body}{check}"),
        format!("{year}-{month:02}-{day:02}"),
        if number.is_multiple_of(4) { "户主".to_owned() } else { pick(&["配偶", "之子", "之女"]) },
        pick(&["汉族", "彝族", "苗族"]),
        pick(&["小学", "初中", "高中"]),
        pick(&["健康", "长期慢性病", "健康", "大病"]),
        pick(&["普通劳动力", "丧失劳动力", "普通劳动力"]),
        (number % 13).to_string(),
        format!("{}.5", 1000 + number % 4000),
        pick(&["是", "否"]),
        pick(&["否", "是", "否"]),
    ]
}

fn write_csv(path: &Path, rows: u64) -> Outcome<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "{}", HEADER.join(","))?;
    for number in 0..rows {
        writeln!(file, "{}", person(number).join(","))?;
    }
    Ok(file.flush()?)
}

fn write_households(path: &Path, rows: u64) -> Outcome<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "户编号,行政区划代码,登记状态,年末家庭人口数,工资性收入,生产经营性收入,财产性收入,转移性收入,生产经营性支出,纯收入")?;
    for number in 1..=rows {
        writeln!(file, "{number},{},registered,4,12000,3500.50,0,1200,800,15900.5", 520_222_100_200 + number % 50)?;
    }
    Ok(file.flush()?)
}

fn write_xlsx(path: &Path, rows: u64) -> Outcome<()> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    for (column, name) in (0..).zip(HEADER) {
        sheet.write_string(0, column, name)?;
    }
    for number in 0..rows {
        for (column, cell) in (0..).zip(person(number)) {
            sheet.write_string(u32::try_from(number + 1)?, column, cell)?;
        }
    }
    Ok(workbook.save(path)?)
}

fn measure(what: &str, rows: u64, work: impl FnOnce() -> Outcome<u64>) -> Outcome<()> {
    let before = cpu_ticks()?;
    let accepted = work()?;
    let seconds = (cpu_ticks()? - before).max(1.0) / 100.0;
    let rate = kernel::number::statistic(i64::try_from(rows)?) / seconds;
    println!("{what}: {accepted} of {rows} rows accepted in {seconds:.2} CPU s, {rate:.0} rows per CPU second");
    if accepted == rows { Ok(()) } else { Err(format!("{what}: rows were rejected").into()) }
}

/// User and system time of this process in hundredths of a second.
fn cpu_ticks() -> Outcome<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| -> Outcome<f64> { Ok(fields.get(at).ok_or("unknown form of /proc/self/stat")?.parse()?) };
    Ok(ticks(11)? + ticks(12)?)
}
