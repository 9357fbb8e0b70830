//! Given names, as far as they tell persons from places and companies (rule `longer-name`): `Chad Kroeger`, `Gerald Ford`.
//!
//! Closed lists. Must not know: documents, entities.

use crate::text::WordSet;

/// Places whose names persons bear as given names, folded and sorted: `Chad Kroeger`, but `Bavaria Munich`.
#[rustfmt::skip]
pub(super) static PLACES: WordSet<128> = WordSet::new(&[
    "adelaide", "africa", "alexandria", "america", "asia", "austin", "bradford", "brooklyn", "camden", "carolina",
    "catalina", "chad", "charlotte", "chelsea", "chester", "cheyenne", "cleveland", "clinton", "dakota", "dallas", "denver",
    "devon", "diego", "florence", "georgia", "holland", "india", "ireland", "israel", "jackson", "jordan",
    "kent", "kenya", "kingston", "lincoln", "lorraine", "lourdes", "madison", "marion", "milton",
    "montana", "orlando", "paris", "phoenix", "roman", "salvador", "santiago", "savannah", "sidney", "siena", "sydney",
    "troy", "tyrone", "verona", "victoria", "vienna", "virginia", "warren",
]);

/// Given names of persons that are hardly anything else, folded and sorted: the commonest of news.
#[rustfmt::skip]
pub(super) static PERSONS: WordSet<1024> = WordSet::new(&[
    "abdul", "abdullah", "adam", "ahmed", "aisha", "alain", "alan", "albert", "alejandro", "alex", "alexander",
    "alfred", "alice", "allan", "amanda", "amy", "andre", "andrea", "andreas", "andrei", "andres", "andrew", "andy",
    "angela", "ann", "anna", "anne", "anthony", "antoine", "antonio", "arnold", "arthur", "ashley", "asma", "barbara",
    "barry", "ben", "benjamin", "bernard", "bernd", "bernie", "betty", "billy", "boris", "brandon", "brenda", "brian",
    "bruce", "bruno", "carl", "carlos", "carmen", "caroline", "catherine", "charles", "cheryl", "chris", "christina",
    "christine", "christopher", "claire", "claude", "claudia", "conrad", "cynthia", "dan", "daniel", "danny", "david",
    "deborah", "debra", "dennis", "diane", "dieter", "dirk", "dmitri", "dmitry", "donald", "donna", "dorothy",
    "douglas", "dudley", "ed", "eddie", "edgar", "eduardo", "edward", "edwin", "elena", "elizabeth", "ellen", "emily",
    "emma", "emmanuel", "eric", "erik", "ernest", "eugene", "evelyn", "fatima", "fernando", "francesco", "francis",
    "franco", "francois", "franz", "fred", "frederick", "friedrich", "gabriel", "gary", "geoffrey", "george",
    "georges", "gerald", "gerard", "gerhard", "giorgio", "giovanni", "giuseppe", "gloria", "gordon", "graham", "greg",
    "gregory", "guido", "gustav", "hannah", "hans", "harold", "harrison", "harry", "hassan", "heinrich", "heinz",
    "helen", "helmut", "hendrik", "henri", "henry", "herbert", "hermann", "hillary", "hiroshi", "howard", "hubert",
    "hugh", "ian", "ibrahim", "igor", "irene", "isaac", "isabel", "ivan", "ivanka", "jacob", "jacqueline", "jacques",
    "james", "jane", "janet", "janice", "jason", "javier", "jeff", "jeffrey", "jennifer", "jeremy", "jerry",
    "jessica", "jim", "jimmy", "joan", "joe", "johan", "johann", "john", "johnny", "jonathan", "jorge", "jose",
    "josef", "joseph", "joshua", "juan", "judith", "judy", "julia", "julian", "julie", "jurgen", "justin", "kamala",
    "karen", "karl", "kate", "katherine", "kathleen", "kathryn", "keith", "kelly", "ken", "kenneth", "kevin",
    "khalid", "kimberly", "klaus", "konrad", "larry", "laura", "lauren", "lawrence", "leo", "leon", "leonard",
    "leslie", "lewis", "linda", "lisa", "lloyd", "louise", "luca", "lucas", "luigi", "luis", "manuel", "marc",
    "marcel", "marco", "margaret", "maria", "marie", "mario", "martha", "martin", "mary", "matt", "matteo", "matthew",
    "maurice", "maximo", "megan", "melania", "melissa", "michael", "michel", "michelle", "miguel", "mikhail",
    "mohamed", "mohammad", "mohammed", "muhammad", "nancy", "nathan", "neil", "nicholas", "nicolas", "nicole",
    "nigel", "nikolai", "norman", "oliver", "olivier", "omar", "osama", "oscar", "otto", "pablo", "pamela", "paolo",
    "patricia", "patrick", "paul", "paula", "pedro", "peter", "philip", "philippe", "phillip", "pierre", "piers",
    "pieter", "rachel", "raymond", "rebecca", "ricardo", "richard", "robert", "roberto", "roger", "roland", "ronald",
    "roy", "rudolf", "russell", "ruth", "ryan", "sam", "samantha", "samuel", "sandra", "sara", "sarah", "scott",
    "sean", "sebastian", "sergei", "sergey", "sharon", "shirley", "simon", "sophie", "stefan", "stephanie", "stephen",
    "steve", "steven", "stuart", "susan", "teresa", "theo", "theodore", "theresa", "thomas", "tim", "timothy", "tom",
    "tommy", "tony", "vincent", "vladimir", "walter", "wayne", "werner", "wilhelm", "willem", "william", "willie",
    "wolfgang", "yuri", "yusuf",
]);
