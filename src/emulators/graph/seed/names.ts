/** Names, places and jobs from which a plausible company is drawn. */

type NonEmpty = readonly [string, ...string[]];

const words = (text: string): NonEmpty => {
  const [first = '', ...rest] = text.trim().split(/\s+/);
  return [first, ...rest];
};

export const GIVEN_NAMES = words(`
  Ada Grace Alan Edsger Barbara Donald Katherine Linus Margaret Dennis Radia Tim Frances Ken Hedy Claude
  Amara Chinedu Ngozi Kwame Zainab Thabo Lerato Sipho Wanjiru Kofi Fatima Youssef Layla Omar Salma Karim
  Aarav Priya Rohan Ananya Vikram Meera Arjun Kavya Sanjay Isha Imran Ayesha Bilal Farah Tariq Noor
  Wei Mei Jun Xin Hao Lan Yuki Haruto Sakura Kenji Aiko Takumi Minjun Seoyeon Jiho Hana Linh Minh
  Sofía Mateo Valentina Santiago Camila Diego Lucía Joaquín Inés Tomás Beatriz João Mariana Rafael Luísa Caio
  Björn Astrid Søren Freja Lars Ingrid Mikko Aino Jānis Līga Kasia Paweł Zofia Jakub Ivana Marek
  Élise Luc Noémie Étienne Zoë Maarten Femke Jürgen Käthe Matthias Anneliese Giulia Matteo Chiara Luca Elena
  Siobhán Niamh Cian Rhys Carys Hamish Isla Moana Tāne Aroha Kalani Leilani Nizhoni Dakota Aiyana Tala
  Dmitri Oksana Taras Svetlana Nikola Milica Elif Emre Defne Baran Narges Reza Shirin Dariush Yael Noam`);

export const SURNAMES = words(`
  Lovelace Hopper Turing Dijkstra Liskov Knuth Johnson Torvalds Hamilton Ritchie Perlman Allen Thompson Lamarr
  Okafor Adeyemi Mensah Nkosi Dlamini Kamau Mwangi Diallo Traoré Haddad Mansour Benali Khoury Nasser Aziz
  Sharma Patel Reddy Iyer Gupta Chatterjee Khan Malik Siddiqui Rahman Hossain Perera Fernando Gurung Thapa
  Chen Wang Zhang Liu Huang Lin Tanaka Suzuki Sato Yamamoto Nakamura Kim Park Choi Nguyễn Trần Phạm
  García Rodríguez Fernández Peña Muñoz Castillo Vargas Silva Souza Oliveira Carvalho Araújo Quispe Mamani
  Andersson Lindqvist Sørensen Nygård Virtanen Korhonen Bērziņš Kowalska Wójcik Novák Horváth Szabó Popescu
  Lefèvre Moreau Dubois Janssen Vermeulen Müller Schäfer Weiß Rossi Bianchi Conti Papadopoulos Dimitriou
  O'Brien Murphy Kelly MacLeod Campbell Evans Ngata Kealoha Begay Whitehorse Baker Carter Foster Reed
  Petrov Kovalenko Shevchenko Jovanović Yılmaz Demir Kaya Hosseini Karimi Cohen Levi Mizrahi Smith-Jones`);

export interface Department {
  readonly name: string;
  /** Share of the company, out of a hundred. */
  readonly share: number;
  readonly titles: NonEmpty;
  readonly costCenter: string;
}

const department = (
  name: string,
  share: number,
  costCenter: string,
  ...titles: [string, ...string[]]
): Department => ({ name, share, costCenter, titles });

export const DEPARTMENTS: readonly [Department, ...Department[]] = [
  department(
    'Engineering',
    26,
    'CC-1100',
    'Software Engineer',
    'Senior Software Engineer',
    'Test Engineer',
    'Site Reliability Engineer',
  ),
  department(
    'Sales',
    18,
    'CC-2100',
    'Account Executive',
    'Sales Development Representative',
    'Solutions Consultant',
  ),
  department(
    'Customer Support',
    14,
    'CC-2300',
    'Support Specialist',
    'Support Engineer',
    'Escalation Engineer',
  ),
  department(
    'Operations',
    12,
    'CC-3100',
    'Operations Analyst',
    'Logistics Coordinator',
    'Facilities Technician',
  ),
  department('Marketing', 8, 'CC-2200', 'Content Strategist', 'Campaign Specialist', 'Designer'),
  department('Finance', 7, 'CC-4100', 'Accountant', 'Financial Analyst', 'Payroll Specialist'),
  department('Human Resources', 5, 'CC-4200', 'HR Generalist', 'Recruiter', 'Learning Partner'),
  department(
    'IT',
    5,
    'CC-4300',
    'Systems Administrator',
    'Identity Engineer',
    'Service Desk Analyst',
  ),
  department('Legal', 3, 'CC-4400', 'Counsel', 'Paralegal', 'Contract Manager'),
  department('Research & Development', 2, 'CC-1200', 'Research Scientist', 'Data Scientist'),
];

export interface Place {
  readonly city: string;
  readonly country: string;
  readonly usageLocation: string;
  readonly dialCode: string;
}

const place = (city: string, country: string, usageLocation: string, dialCode: string): Place => ({
  city,
  country,
  usageLocation,
  dialCode,
});

export const PLACES: readonly [Place, ...Place[]] = [
  place('London', 'United Kingdom', 'GB', '+44 20'),
  place('Berlin', 'Germany', 'DE', '+49 30'),
  place('São Paulo', 'Brazil', 'BR', '+55 11'),
  place('New York', 'United States', 'US', '+1 212'),
  place('Nairobi', 'Kenya', 'KE', '+254 20'),
  place('Bengaluru', 'India', 'IN', '+91 80'),
  place('Tokyo', 'Japan', 'JP', '+81 3'),
  place('Kraków', 'Poland', 'PL', '+48 12'),
  place('Montréal', 'Canada', 'CA', '+1 514'),
  place('Zürich', 'Switzerland', 'CH', '+41 44'),
];
