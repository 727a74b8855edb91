/** Common given and family names, each with a spelling that fits into an e-mail address. */

type Name = readonly [shown: string, ascii: string];

export interface Cast {
  readonly language: string;
  readonly country: string;
  readonly given: readonly Name[];
  readonly family: readonly Name[];
}

const plain = (...names: string[]): Name[] => names.map((name) => [name, name]);

export const casts: readonly Cast[] = [
  {
    language: 'en',
    country: 'United States',
    given: plain('Mary', 'James', 'Linda', 'Robert', 'Grace', 'Samuel'),
    family: [
      ...plain('Smith', 'Johnson', 'Brown', 'Walker'),
      ['O’Neill', 'ONeill'],
      ['Smith-Jones', 'SmithJones'],
    ],
  },
  {
    language: 'de',
    country: 'Germany',
    given: [...plain('Anna', 'Lukas', 'Sophie'), ['Jürgen', 'Juergen'], ['Björn', 'Bjoern']],
    family: [...plain('Schmidt', 'Weber'), ['Müller', 'Mueller'], ['Groß', 'Gross'], ['Köhler', 'Koehler']],
  },
  {
    language: 'es',
    country: 'Spain',
    given: [
      ['José', 'Jose'],
      ['María', 'Maria'],
      ['Íñigo', 'Inigo'],
      ['Lucía', 'Lucia'],
    ],
    family: [
      ['García', 'Garcia'],
      ['Muñoz', 'Munoz'],
      ['Núñez', 'Nunez'],
      ['Peña', 'Pena'],
    ],
  },
  {
    language: 'fr',
    country: 'France',
    given: [
      ['Zoë', 'Zoe'],
      ['François', 'Francois'],
      ['Hélène', 'Helene'],
      ['Noël', 'Noel'],
    ],
    family: [
      ['Lefèvre', 'Lefevre'],
      ['Bâcle', 'Bacle'],
      ['Dupré', 'Dupre'],
      ['Gérard', 'Gerard'],
    ],
  },
  {
    language: 'uk',
    country: 'Ukraine',
    given: [
      ['Олена', 'Olena'],
      ['Тарас', 'Taras'],
      ['Юлія', 'Yuliia'],
      ['Богдан', 'Bohdan'],
    ],
    family: [
      ['Шевченко', 'Shevchenko'],
      ['Коваль', 'Koval'],
      ['Мельник', 'Melnyk'],
      ['Їжак', 'Yizhak'],
    ],
  },
  {
    language: 'zh',
    country: 'China',
    given: [
      ['伟', 'Wei'],
      ['芳', 'Fang'],
      ['秀英', 'Xiuying'],
      ['明', 'Ming'],
    ],
    family: [
      ['王', 'Wang'],
      ['李', 'Li'],
      ['张', 'Zhang'],
      ['陈', 'Chen'],
    ],
  },
  {
    language: 'ja',
    country: 'Japan',
    given: [
      ['さくら', 'Sakura'],
      ['健太', 'Kenta'],
      ['陽子', 'Yoko'],
      ['ハルト', 'Haruto'],
    ],
    family: [
      ['佐藤', 'Sato'],
      ['鈴木', 'Suzuki'],
      ['高橋', 'Takahashi'],
      ['𠮷田', 'Yoshida'],
    ],
  },
  {
    language: 'hi',
    country: 'India',
    given: [
      ['प्रिया', 'Priya'],
      ['राहुल', 'Rahul'],
      ['अनिता', 'Anita'],
      ['विक्रम', 'Vikram'],
    ],
    family: [
      ['शर्मा', 'Sharma'],
      ['पटेल', 'Patel'],
      ['सिंह', 'Singh'],
      ['गुप्ता', 'Gupta'],
    ],
  },
  {
    language: 'en',
    country: 'Egypt',
    given: [
      ['فاطمة', 'Fatima'],
      ['أحمد', 'Ahmed'],
      ['ليلى', 'Layla'],
      ['يوسف', 'Youssef'],
    ],
    family: [
      ['حسن', 'Hassan'],
      ['علي', 'Ali'],
      ['إبراهيم', 'Ibrahim'],
      ['محمود', 'Mahmoud'],
    ],
  },
];
