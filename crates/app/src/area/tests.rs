use database::test_db::on_each_engine;
use kernel::{AreaCode, Language};

use super::{Areas, read, store};
use crate::MIGRATIONS;

const FILE: &[u8] =
    "\u{feff}code,name,name_en\n520222, 云岭县 ,Yunling\n520222104,青山镇,Qingshan\n520222104203,石桥村\n52x,坏\n520222105,\n".as_bytes();

fn area(code: &str) -> AreaCode {
    AreaCode::parse(code).unwrap()
}

#[test]
fn lines_that_do_not_fit_are_told() {
    let (names, bad) = read(FILE);
    assert_eq!(names.len(), 3);
    assert_eq!(bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [5, 6]);
    assert!(bad[0].why.contains("52x") && bad[1].why.contains("520222105"), "{bad:?}");
}

#[test]
fn names_are_kept_and_read_as_addresses() {
    on_each_engine(MIGRATIONS, |db| async move {
        let (names, _) = read(FILE);
        let mut tx = db.begin().await.unwrap();
        store::put(&mut tx, &names).await.unwrap();
        // Again, with another name for one of them.
        let renamed = super::AreaName { code: area("520222104"), zh: "绿水镇".to_owned(), en: "Lüshui".to_owned() };
        store::put(&mut tx, &[renamed]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.read().await.unwrap();
        let areas = Areas::default();
        areas.replace(store::all(&mut tx).await.unwrap());
        assert_eq!(areas.address(area("520222104203"), Language::Zh), "云岭县绿水镇石桥村");
        assert_eq!(areas.address(area("520222104203"), Language::En), "石桥村, Lüshui, Yunling");
        assert_eq!(areas.address(area("520222999001"), Language::Zh), "云岭县");
        assert_eq!(areas.name(area("520222999"), Language::En), None);
    });
}
