/** Names of the people of the labelled set, by language, most frequent first; and their short forms. */

export interface Language {
  readonly women: readonly string[];
  readonly men: readonly string[];
  readonly surnames: readonly string[];
  /** Of surnames that are put together: beginnings and ends. */
  readonly beginnings: readonly string[];
  readonly ends: readonly string[];
  readonly places: readonly string[];
  /** Dialling code and how numbers are written at home, `#` for a digit. */
  readonly phone: { readonly code: string; readonly home: string };
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const LANGUAGES = {
  german: {
    women: words(
      'Anna Maria Ursula Monika Petra Sabine Andrea Claudia Susanne Katharina Julia Laura Lena Sophie Christine Elisabeth Birgit Stefanie Martina Heike Johanna Käthe Margarethe Jutta Franziska',
    ),
    men: words(
      'Peter Michael Thomas Andreas Wolfgang Klaus Jürgen Günther Stefan Christian Matthias Alexander Johannes Maximilian Lukas Felix Jonas Jörg Björn Sebastian Friedrich Karl Heinz Götz Ruediger',
    ),
    surnames: words(
      'Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Schmid Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Lang Scholz Möller Weiß Jung Hahn Vogel Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas Schreiber Graf Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann Voigt Sauer Arnold',
    ),
    beginnings: words(
      'Stein Ober Unter Wald Berg Grün Alten Neu Holz Birken Hohen Rosen Linden Kalten Schön Eich Brand Lichten Feld Stroh',
    ),
    ends: words(
      'mann bauer hauer meister berger bach müller hoff stein brück ner ler inger feld wald brecht kamp horst',
    ),
    places: words(
      'Berlin Hamburg München Köln Frankfurt Stuttgart Düsseldorf Leipzig Dresden Hannover Nürnberg Bremen',
    ),
    phone: { code: '+49', home: '0### #######' },
  },
  english: {
    women: words(
      'Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Margaret Nancy Lisa Betty Dorothy Sandra Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah Rebecca Catherine Victoria',
    ),
    men: words(
      'James Robert John Michael William David Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony Mark Donald Steven Andrew Kenneth Joshua George Kevin Edward Ronald Timothy Jeffrey Nicholas Benjamin Samuel',
    ),
    surnames: words(
      "Smith Johnson Williams Brown Jones Garcia Miller Davis Wilson Anderson Taylor Thomas Moore Jackson Martin Lee Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Baker Nelson Carter Mitchell Roberts Turner Phillips Campbell Parker Evans Edwards Collins Stewart Morris Murphy Cook Rogers Morgan Cooper Peterson Bailey Reed Kelly Howard Cox Ward Richardson Watson Brooks Wood Bennett Gray Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell Henderson Jenkins Perry Butler Barnes Fisher Coleman Simmons Patterson O'Brien O'Neill MacDonald McCarthy",
    ),
    beginnings: words(
      'Ash Black Bright Brook Clay Cold East Fair Fen Gold Hard Hart Kirk Lang Mar Nor Pres Red Stan West White Win Wood',
    ),
    ends: words(
      'bourne bury by combe cot dale field ford ham hurst ley low man more ridge shaw son stead ston ton well wick worth',
    ),
    places: words(
      'London Leeds Manchester Bristol Chicago Boston Seattle Denver Austin Dublin Glasgow Cardiff',
    ),
    phone: { code: '+44', home: '0#### ######' },
  },
  french: {
    women: words(
      'Marie Nathalie Isabelle Sylvie Catherine Françoise Valérie Christine Véronique Sandrine Céline Stéphanie Hélène Aurélie Camille Léa Chloé Élodie Geneviève Béatrice',
    ),
    men: words(
      'Jean Michel Pierre Philippe Alain Nicolas Christophe Patrick Daniel Christian Frédéric François Stéphane Sébastien Laurent Julien Rémi Théo André Étienne Guillaume Antoine',
    ),
    surnames: words(
      'Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia David Bertrand Roux Vincent Fournier Morel Girard André Lefèvre Mercier Dupont Lambert Bonnet François Martinez Legrand Garnier Faure Rousseau Blanc Guérin Müller Henry Roussel Nicolas Perrin Morin Mathieu Clément Gauthier Dumont Lopez Fontaine Chevalier Robin Masson',
    ),
    beginnings: words(
      'Beau Belle Bois Bon Char Claire Cour Des Fon Grand Haute Mont Neu Per Roche Saint Val Vil',
    ),
    ends: words(
      'mont champ court fort lieu marais pré rive ton val ville vin val nier det lard bert',
    ),
    places: words('Paris Lyon Marseille Toulouse Nice Nantes Lille Rennes Genève Bruxelles'),
    phone: { code: '+33', home: '0# ## ## ## ##' },
  },
  spanish: {
    women: words(
      'María Carmen Josefa Isabel Ana Dolores Francisca Laura Antonia Elena Marta Cristina Lucía Concepción Raquel Mercedes Rosario Beatriz Inés Sofía',
    ),
    men: words(
      'Antonio José Manuel Francisco Juan David Javier Daniel Carlos Jesús Alejandro Miguel Rafael Pedro Ángel Pablo Sergio Fernando Jorge Luis Alberto Álvaro',
    ),
    surnames: words(
      'García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Hernández Ruiz Díaz Moreno Muñoz Álvarez Romero Gutiérrez Alonso Navarro Torres Domínguez Ramos Vázquez Ramírez Gil Serrano Morales Molina Blanco Suárez Castro Ortega Delgado Ortiz Marín Rubio Núñez Medina Sanz Castillo Iglesias Cortés Garrido Santos Guerrero Lozano Cano',
    ),
    beginnings: words(
      'Al Bar Cal Can Car Del Es Fer Guar Her Llo Man Mon Nav Olo Pal Qui Sal Tor Val Zam',
    ),
    ends: words('ada ano arro aza bano cedo deras dillo eda era illo ina osa rero tega var zabal'),
    places: words('Madrid Barcelona Valencia Sevilla Zaragoza Málaga Bilbao Córdoba'),
    phone: { code: '+34', home: '### ## ## ##' },
  },
  polish: {
    women: words(
      'Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Magdalena Elżbieta Joanna Aleksandra Monika Zofia Teresa Natalia Julia Karolina',
    ),
    men: words(
      'Piotr Krzysztof Andrzej Tomasz Paweł Jan Michał Marcin Jakub Adam Łukasz Grzegorz Mateusz Wojciech Mariusz Dariusz Maciej Stanisław',
    ),
    surnames: words(
      'Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Woźniak Szymański Dąbrowski Kozłowski Mazur Jankowski Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski Michalski Król Wieczorek Jabłoński Wróbel Nowakowski Majewski Olszewski Stępień Malinowski Jaworski Adamczyk Dudek Nowicki Pawlak Górski Witkowski Walczak Sikora',
    ),
    beginnings: words(
      'Bar Bor Chmie Czar Dom Gaw Jan Kal Kos Lis Mar Ol Pru Rad Sob Tom Wal Zak Zło Żura',
    ),
    ends: words('ecki iński owski czyk czak ski szewski wicz nik ek'),
    places: words('Warszawa Kraków Łódź Wrocław Poznań Gdańsk'),
    phone: { code: '+48', home: '### ### ###' },
  },
  russian: {
    women: words(
      'Елена Ольга Наталья Ирина Анна Татьяна Мария Светлана Екатерина Юлия Анастасия Людмила Галина Марина Дарья Ксения',
    ),
    men: words(
      'Александр Сергей Дмитрий Андрей Алексей Иван Владимир Михаил Николай Евгений Павел Максим Юрий Виктор Артём Григорий',
    ),
    surnames: words(
      'Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев Лебедев Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев Соловьёв Борисов Яковлев Григорьев Романов Воробьёв Сергеев Кузьмин Фролов Александров Дмитриев Королёв Гусев Киселёв Ильин Максимов Поляков Сорокин Виноградов Ковалёв Белов Медведев Антонов Тарасов Жуков Баранов Филиппов Комаров Давыдов Беляев Герасимов Щербаков Хохлов Чернышёв',
    ),
    beginnings: words(
      'Бел Бо Вер Гор Дол Ели Жда Зуб Кал Кол Лап Мел Нос Пан Рог Сав Тих Уш Чер Шев',
    ),
    ends: words('анов ников ченко цев енков инов ушкин ышев арёв онтьев'),
    places: words('Москва Казань Самара Рига Таллин Вильнюс'),
    phone: { code: '+7', home: '8 ### ###-##-##' },
  },
  greek: {
    women: words('Μαρία Ελένη Αικατερίνη Βασιλική Σοφία Αγγελική Γεωργία Δήμητρα Ιωάννα Ευαγγελία'),
    men: words(
      'Γεώργιος Ιωάννης Κωνσταντίνος Δημήτριος Νικόλαος Παναγιώτης Βασίλειος Χρήστος Αθανάσιος Μιχαήλ',
    ),
    surnames: words(
      'Παπαδόπουλος Βλάχος Αγγελόπουλος Νικολαΐδης Γεωργίου Πέτρου Αθανασίου Δημητρίου Παπαδάκης Κωνσταντινίδης Οικονόμου Ιωάννου Παππάς Χατζής Μακρής Αντωνίου Σαμαράς Καραγιάννης',
    ),
    beginnings: words('Παπα Καρα Χατζη Μαυρο Κοντο Δημη Αλεξ Γιανν Στεφ Θεο'),
    ends: words('πουλος ίδης άκης έλλης άτος ιάδης όπουλος άκος'),
    places: words('Αθήνα Θεσσαλονίκη Πάτρα Λευκωσία'),
    phone: { code: '+30', home: '21# ### ####' },
  },
  nordic: {
    women: words(
      'Anna Ingrid Kristina Margareta Birgitta Åsa Märta Sigrid Søndra Liv Kirsten Mette Hanne Inger Karin Elin Frøydis Maja',
    ),
    men: words(
      'Lars Anders Johan Per Erik Karl Nils Jan Bjørn Åke Søren Jørgen Håkon Mikael Henrik Øyvind Gustav Knut',
    ),
    surnames: words(
      'Johansson Andersson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Hansen Johansen Olsen Larsen Andersen Nielsen Jensen Pedersen Christensen Sørensen Jørgensen Møller Bøe Håkansson Sjöberg Lindström Bergström Åberg Öberg Sandström Nygård Ødegård Bjørnstad Lindqvist Ekström Hägglund',
    ),
    beginnings: words(
      'Berg Björk Ek Forss Grön Hall Hed Lund Norr Ny Ros Sand Sjö Sol Strand Söder Väster Øster',
    ),
    ends: words('berg blad dal feldt gren holm kvist lund man mark quist rup ström stad vik'),
    places: words('Stockholm Göteborg Malmö Oslo København Århus Tromsø'),
    phone: { code: '+46', home: '0## ### ## ##' },
  },
} as const satisfies Readonly<Record<string, Language>>;

export type LanguageName = keyof typeof LANGUAGES;

/** Of a company with people from everywhere. */
export const SHARES: Readonly<Record<LanguageName, number>> = {
  german: 30,
  english: 26,
  french: 9,
  spanish: 9,
  polish: 9,
  russian: 8,
  greek: 3,
  nordic: 6,
};

/** What people are called instead of the name in their passport. */
export const SHORT_FORMS: Readonly<Record<string, readonly string[]>> = {
  Alexander: ['Alex', 'Sascha'],
  Alejandro: ['Alex'],
  Aleksandra: ['Ola', 'Sandra'],
  Александр: ['Sasha', 'Alex'],
  Andrew: ['Andy', 'Drew'],
  Anthony: ['Tony'],
  Antonio: ['Toni'],
  Barbara: ['Basia', 'Barb'],
  Benjamin: ['Ben'],
  Catherine: ['Cathy', 'Kate'],
  Charles: ['Charlie', 'Chuck'],
  Christopher: ['Chris', 'Kit'],
  Christian: ['Chris'],
  Christine: ['Christa', 'Tina'],
  Daniel: ['Dan', 'Danny'],
  David: ['Dave'],
  Deborah: ['Debbie'],
  Donald: ['Don'],
  Dorothy: ['Dot', 'Dolly'],
  Дмитрий: ['Dima'],
  Edward: ['Ted', 'Ed'],
  Екатерина: ['Katya'],
  Elizabeth: ['Liz', 'Beth', 'Betty'],
  Elisabeth: ['Lisa', 'Elli'],
  Евгений: ['Zhenya', 'Eugene'],
  Francisco: ['Paco'],
  Franziska: ['Franzi'],
  Friedrich: ['Fritz', 'Fred'],
  Frédéric: ['Fred'],
  Grzegorz: ['Greg'],
  Иван: ['Vanya', 'Ivan'],
  Jakub: ['Kuba'],
  James: ['Jim', 'Jimmy'],
  Jeffrey: ['Jeff'],
  Jennifer: ['Jenny', 'Jen'],
  Jessica: ['Jess'],
  Johannes: ['Hans', 'Hannes'],
  Johan: ['Janne'],
  John: ['Jack', 'Johnny'],
  Joseph: ['Joe'],
  José: ['Pepe'],
  Joshua: ['Josh'],
  Κωνσταντίνος: ['Kostas', 'Costas'],
  Katarzyna: ['Kasia'],
  Katharina: ['Kathrin', 'Käthe', 'Katja'],
  Kenneth: ['Ken'],
  Małgorzata: ['Gosia'],
  Manuel: ['Manolo'],
  Margaret: ['Peggy', 'Maggie'],
  Margarethe: ['Grete'],
  Matthew: ['Matt'],
  Matthias: ['Matze', 'Hias'],
  Maximilian: ['Max'],
  Michael: ['Mike', 'Micha'],
  Михаил: ['Misha'],
  Nicholas: ['Nick'],
  Nicolas: ['Nico'],
  Николай: ['Kolya', 'Nikolai'],
  Patricia: ['Pat', 'Trish'],
  Patrick: ['Pat', 'Paddy'],
  Rebecca: ['Becky'],
  Richard: ['Dick', 'Rick'],
  Robert: ['Bob', 'Rob'],
  Ronald: ['Ron'],
  Samuel: ['Sam'],
  Sandra: ['Sandy'],
  Sebastian: ['Basti', 'Seb'],
  Stefan: ['Steffen'],
  Stefanie: ['Steffi'],
  Steven: ['Steve'],
  Susan: ['Sue', 'Susie'],
  Susanne: ['Susi', 'Sanne'],
  Thomas: ['Tom', 'Tommy'],
  Timothy: ['Tim'],
  Ursula: ['Uschi'],
  Victoria: ['Vicky'],
  William: ['Bill', 'Will'],
  Wolfgang: ['Wolf'],
  Zofia: ['Zosia'],
};
