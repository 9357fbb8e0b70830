//! Lands and cities that organisations begin with, and are not called by: `China Mobile` is no `China`.
//!
//! Countries, states of North America and the great cities that news writes about, as English writes them. Must not know:
//! where they are used.

/// As they are written; sorted by bytes.
#[rustfmt::skip]
pub(super) const LANDS: [&str; 440] = [
    "Abu Dhabi", "Afghanistan", "Africa", "Alabama", "Alaska", "Albania", "Alberta", "Algeria", "America",
    "Amsterdam", "Andorra", "Angola", "Anguilla", "Ankara", "Antarctica", "Argentina", "Arizona", "Arkansas",
    "Armenia", "Aruba", "Asia", "Athens", "Atlanta", "Australia", "Austria", "Azerbaijan", "Baghdad", "Bahamas",
    "Bahrain", "Baku", "Baltimore", "Bangalore", "Bangkok", "Bangladesh", "Barbados", "Barcelona", "Basel",
    "Bavaria", "Beijing", "Beirut", "Belarus", "Belfast", "Belgium", "Belgrade", "Belize", "Benin", "Berlin",
    "Bermuda", "Bhutan", "Birmingham", "Bogotá", "Bolivia", "Bologna", "Bordeaux", "Boston", "Botswana", "Brazil",
    "Brisbane", "Bristol", "Britain", "Brunei", "Brussels", "Bucharest", "Budapest", "Buenos Aires", "Bulgaria",
    "Burkina Faso", "Burundi", "Busan", "Cairo", "Calcutta", "California", "Cambodia", "Cambridge", "Cameroon",
    "Canada", "Cape Town", "Cape Verde", "Caracas", "Cardiff", "Catalonia", "Chad", "Chechnya", "Chennai",
    "Chicago", "Chile", "China", "Chongqing", "Cincinnati", "Cleveland", "Cologne", "Colombia", "Colorado",
    "Comoros", "Connecticut", "Copenhagen", "Costa Rica", "Crimea", "Croatia", "Cuba", "Curaçao", "Cyprus",
    "Czechoslovakia", "DR Congo", "Dallas", "Damascus", "Delaware", "Delhi", "Denmark", "Denver", "Detroit",
    "Dhaka", "Djibouti", "Doha", "Dominica", "Dubai", "Dublin", "Düsseldorf",
    "East Germany", "East Timor", "Ecuador", "Edinburgh", "Egypt", "El Salvador", "England", "Eritrea", "Estonia",
    "Eswatini", "Ethiopia", "Europe", "Fiji", "Finland", "Florence", "Florida", "France", "Frankfurt", "Gabon",
    "Gambia", "Geneva", "Genoa", "Georgia", "Germany", "Ghana", "Gibraltar", "Glasgow", "Greece", "Greenland",
    "Grenada", "Guadeloupe", "Guam", "Guangzhou", "Guatemala", "Guernsey", "Guinea", "Guyana", "Haiti", "Hamburg",
    "Hanoi", "Havana", "Hawaii", "Helsinki", "Honduras", "Hong Kong", "Houston", "Hungary", "Hyderabad", "Iceland",
    "Idaho", "Illinois", "India", "Indiana", "Indonesia", "Iowa", "Iran", "Iraq", "Ireland", "Islamabad", "Israel",
    "Istanbul", "Italy", "Jakarta", "Jamaica", "Japan", "Jersey", "Jerusalem", "Johannesburg", "Jordan", "Kabul",
    "Kansas", "Karachi", "Kazakhstan", "Kentucky", "Kenya", "Kiev", "Kiribati", "Kolkata", "Korea", "Kosovo",
    "Kraków", "Kuala Lumpur", "Kuwait", "Kyiv", "Kyoto", "Kyrgyzstan", "Lagos", "Lahore", "Laos", "Las Vegas",
    "Latin America", "Latvia", "Lebanon", "Leeds", "Leipzig", "Lesotho", "Liberia", "Libya", "Liechtenstein",
    "Lille", "Lima", "Lisbon", "Lithuania", "Liverpool", "London", "Los Angeles", "Louisiana", "Luxembourg", "Lyon",
    "Macau", "Madagascar", "Madrid", "Maine", "Malawi", "Malaysia", "Maldives", "Mali", "Malta", "Manchester",
    "Manila", "Marseille", "Martinique", "Maryland", "Massachusetts", "Mauritania", "Mauritius", "Mayotte",
    "Melbourne", "Mexico", "Mexico City", "Miami", "Michigan", "Micronesia", "Milan", "Milwaukee", "Minneapolis",
    "Minnesota", "Minsk", "Mississippi", "Missouri", "Moldova", "Monaco", "Mongolia", "Montana", "Montenegro",
    "Montreal", "Montserrat", "Morocco", "Moscow", "Mozambique", "Mumbai", "Munich", "Myanmar", "Nairobi",
    "Namibia", "Naples", "Nauru", "Nebraska", "Nepal", "Netherlands", "Nevada", "New Caledonia", "New Delhi",
    "New England", "New Hampshire", "New Jersey", "New Mexico", "New Orleans", "New York", "New Zealand",
    "Nicaragua", "Nice", "Niger", "Nigeria", "Niue", "North America", "North Carolina", "North Dakota",
    "North Korea", "North Macedonia", "North Vietnam", "Norway", "Odessa", "Ohio", "Oklahoma", "Oman", "Ontario",
    "Oregon", "Orlando", "Osaka", "Oslo", "Oxford", "Pakistan", "Palau", "Palestine", "Panama", "Papua New Guinea",
    "Paraguay", "Paris", "Pennsylvania", "Peru", "Philadelphia", "Philippines", "Phoenix", "Pittsburgh", "Poland",
    "Portland", "Porto", "Portugal", "Prague", "Prussia", "Puerto Rico", "Qatar", "Quebec", "Queensland", "Riga",
    "Riyadh", "Romania", "Rome", "Rotterdam", "Russia", "Rwanda", "Réunion", "Sacramento", "Saint Lucia", "Samoa",
    "San Diego", "San Francisco", "San Marino", "Santiago", "Saudi Arabia", "Scotland", "Seattle", "Senegal",
    "Seoul", "Serbia", "Seville", "Seychelles", "Shanghai", "Sheffield", "Shenzhen", "Sierra Leone", "Singapore",
    "Slovakia", "Slovenia", "Sofia", "Somalia", "South Africa", "South America", "South Carolina", "South Dakota",
    "South Georgia", "South Korea", "South Sudan", "South Vietnam", "Spain", "Sri Lanka", "St. Louis", "Stockholm",
    "Stuttgart", "Sudan", "Suriname", "Svalbard", "Sweden", "Switzerland", "Sydney", "Syria", "São Paulo", "Taipei",
    "Taiwan", "Tajikistan", "Tallinn", "Tampa", "Tanzania", "Tashkent", "Tbilisi", "Tehran", "Tel Aviv",
    "Tennessee", "Texas", "Thailand", "Tianjin", "Togo", "Tokelau", "Tokyo", "Tonga", "Toronto", "Toulouse",
    "Tunisia", "Turin", "Turkey", "Turkmenistan", "Tuvalu", "Uganda", "Ukraine", "Uruguay", "Utah", "Uzbekistan",
    "Valencia", "Vancouver", "Vanuatu", "Venezuela", "Venice", "Vermont", "Vienna", "Vietnam", "Vilnius",
    "Virginia", "Wales", "Warsaw", "West Virginia", "Wisconsin", "Wuhan", "Wyoming", "Yemen", "Yerevan",
    "Yugoslavia", "Zagreb", "Zambia", "Zimbabwe", "Zurich", "Zürich",
];

/// Whether a text is one of them.
pub(super) fn is_land(text: &str) -> bool {
    LANDS.binary_search(&text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lands_are_sorted() {
        assert!(LANDS.is_sorted());
    }
}
