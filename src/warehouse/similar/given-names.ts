/**
 * Which given names may be one person's: short forms, and the forms of other languages. One family a
 * line, its first word is its name; a name may be of several families. Collected for this purpose;
 * an addition needs no more than a word in its line.
 */

const TABLE = `
aaron aron ron ronnie aharon haroun
abigail abby abbie gail abi
abraham abe abram bram ibrahim avraham
adam adamo adan
adelaide addie heidi adelheid ada heide
adrian adriano adrien adrianus ade hadrian
agatha aggie agata agathe
agnes agnese ines inez aggie neza
albert al bert albrecht alberto bertie adalbert
alexander alex alec aleks alexandre alessandro alejandro aleksandr aleksander oleksandr alexandros sandro sasha sascha xander sander lex ales sandor iskander olek oles sanya
alexandra alex alexa alessandra alejandra aleksandra oleksandra sandra sasha sascha sandy alexandrine lexie olya
alexis alex aleksei alexey alexei aleksey oleksii oleksiy alyosha alessio alejo aleksej
alfred al alf fred alfredo freddie
alice alicia ali alix alisa alise alja
alison ali allie allison
amalia amelia amelie malia mia amy emilia
amanda mandy manda amandine
amy aimee ami
anastasia nastya stacy stasia anastasiya nastja asya tasia anastazja
andrew andy drew andreas andre andrea andrei andrey andriy andrzej andras andres anders ondrej andrej endre andrija
angela angie angelika angelica angelina angele
anna ann anne annie hanna hannah ana anya anja anka anouk anita annika ania nan nancy nina anneke annette hania
anthony tony anton antonio antoine antoni antony antal toni tonio ton anto
antonia toni tonia antonella antoinette tonya antonina tosia nina
arnold arne arnie arnaud arno arnaldo
arthur art artie artur arturo
august augustus gus augusto auguste gustl agustin augustin
barbara barb babs barbie bobbie basia barbora varvara babette bara borbala
bartholomew bart bartek bartosz barto bartolomeo bartlomiej mies
basil vasily vassilis vasyl vasiliy basile basilio vasya wassili vasile
beatrice bea trixie beatrix beatriz trix beata
benedict ben benedikt benedetto benoit benito bengt
benjamin ben benny benji benjamino benja yamin
bernard bernie bernd bernhard bernardo barney bernat bernt
bertha bert berta bertie
bridget biddy bridie brigitte birgit brigitta brigida gitta britta birgitta brigita
brian bryan bryant bryon
cameron cam cammy
carl karl charles carlo carlos karel charlie chuck chas carlos kalle karol karoly carles karlo chaz
caroline carol carrie carolina karoline lina line karolina carolyn caro karola carola charlotte
catherine kate cathy kathy katherine katharina katarina kathrin katrin catarina caterina ekaterina katya katja kateryna katarzyna kasia kitty kit katie kathleen karin karen trina ina cat kathryn catalina kaja katrina rina yekaterina katalin kati catriona
cecilia celia cecile cecily cissy cecilie silke cilla
charlotte lotte charlie lottie carlotta lotta carlota
christian chris kristian cristian christiaan christen kristijan karsten
christine chris tina christina kristin kristina cristina kirsten kirsti krystyna christel christa chrissy krista kristine khrystyna kirstin stina
christopher chris kit christoph christophe christoforo cristobal krzysztof kristof christof topher kristoffer toffer stoffel krystof
clara claire klara chiara clare klaartje clarissa
claude claudio claudius klaudiusz
claudia claudine klaudia claudie
clement clem clemens klemens clemente kliment
constantine konstantin costas kostas costa constantin kostya konstantinos kosta kostyantyn dino gus
cornelius cornel kees cor cornelis neil kornel
cynthia cindy cyndi cintia
daniel dan danny daniele danilo danil danylo daan
daniela dani danielle danijela daniella
david dave davy davide dawid dai taavi davyd
deborah deb debbie debra debora devorah
denis dennis denys denny dionysius dionisio
diana diane di diandra dyan
dimitri dmitri dmitry dmytro dima dimitrios mitya dimitrij mitja dimitris dmitrij demetrius
dominic dom dominik domenico domingo dominique nick nico dominick
donald don donnie donny donal
dorothy dot dottie dorothea dora dorota thea dolly doris dorothee dorotea dorina
douglas doug dougie
edgar ed eddie edgardo
edmund ed eddie ned edmond edmundo edmondo
edward ed eddie ted teddy ned eduard edouard eduardo edoardo edvard edi lado eward
eleanor ellie nell nora eleonora lenore nelly leonora elinor eleonore ella leonor
elena helen helena helene yelena olena lena lenka ilona ellen eleni elin helga galena alyona ela nell jelena helenka
elizabeth liz lizzie beth betty bess eliza elisabeth elisabetta isabel isabella elspeth lisa liesel lisbeth elisa elise elsa else ilse betsy libby lily erzsebet elzbieta ela yelizaveta liza alzbeta babette lilli isabelle isa ysabel bettina bet elisaveta elsie elly
emil emile emilio emiliano milo
emily em emma emilie emilia emilija millie emmy emely
emma em emmy emmi ema imma
emmanuel manny manuel emanuel emanuele manolo manu manoel
eric erik rick erich enrico erico eirik erikas ricky
erica erika rikke ricki
ernest ernie ernst ernesto erno ernests
esther hester essie ester estera
eugene gene yevgeny evgeni eugen eugenio yevhen jewgeni zhenya evgeny eugeniusz jenő jeno
eva eve evi evelyn evita ewa evie yeva iva
fatima fatma fatemeh fatimah faten
felix feliks felice felicio
ferdinand fernando ferdi ferrante nando fernand hernando ferdie
florence flo florenz florentina flora florrie fiorenza
florian flo florin floriano
frances fran franny francesca francoise franziska frankie fanny franciszka frantiska francisca sissi cissy paquita franca
francis frank fran francesco francisco francois franz frans franciszek paco pancho cesco frantisek ferenc frankie franjo franco curro
frederick fred freddie fritz friedrich frederic frederik federico fryderyk rick fredrik fridrich
frederica freddie federica friederike fritzi rike frederique
gabriel gabe gabriele gabor gavriel gavril havryil
gabrielle gabby gabi gabriela gabriella brielle
george georg georges giorgio jorge yuri yury jerzy jiri gyorgy jurgen joris goran giorgos heorhiy georgios georgy yorgos juraj jordi igor jurij juri joerg jorg jordan göran jürgen
gerald gerry jerry gerd geraldo gerold gerhard jerrold
gerard gerry gerhard gerardo gerd gert geert gherardo geraert
gertrude trudy gertie gertrud trude gerda gertruda
gilbert gil bert gilberto gijs
giselle gisela gisele gizela
gregory greg grigory gregor gregorio hryhoriy grzegorz gregoire grisha hryhorij gergely grzes
gunther gunter gunnar guenther guenter gunder
gustav gus gustavo gustaf gustave
harold harry hal harald haroldo herold
hans johannes johann jan hansi
henrietta etta hattie henriette henrike jette enrichetta rika
henry harry hank heinrich henri enrico enrique heinz hendrik henrik henning henryk hal heiner hein rik jindrich quique arrigo
herbert herb bert heribert herbie
hugh hugo hughie ugo hew
ida itta ide
ignatius ignacio ignaz ignace inigo nacho ignazio ignat
irene irena irina ira iryna renie irini iren irenka
isaac ike isaak izaak yitzhak ishaq
isidore isidor izzy isidro
ivan john johann jan giovanni vanya ioann ivo
jacob jake jakob jacobo jacopo yakov jack jakub yaakov jaap jacobus jascha koos jokubas
james jim jimmy jamie jacques giacomo jaime santiago diego hamish seamus jem jayme jaume
jane jan janet jenny joan jana janina janine jeanne giovanna juana johanna ioana ivana yana jeanette sian hana janka jeannette jans
jason jay jase iason
jasmine yasmin jas jasmin yasmine yasemin
jeffrey jeff geoff geoffrey godfrey gottfried geof
jennifer jen jenny jenni jennie ginevra guinevere
jeremy jerry jeremiah jeremias jem jeremie geremia
jerome jerry hieronymus jeronimo gerolamo hieronim jeroen
jessica jess jessie gessica
joachim jochen achim joaquin joakim jokim gioacchino chimo joaquim
joan joanne jo joanna johanna jo hanna hanne jeanne juana asia joana joasia ioanna
john jack johnny jon johann johannes hans jan jean juan giovanni ivan ian sean evan joao jens johan janos jovan ioannis yannis jannis jack gianni hannes jani shaun shane yahya eoin ion ioan jovan yoann zane
jonathan jon jonny johnny nathan jonatan yonatan
joseph joe joey jo josef jose giuseppe josip jozef iosif osip pepe beppe peppe sepp jupp yosef yusuf youssef pino beppo pepito
josephine jo josie fina josefine giuseppina josefina pepa pina
joshua josh iosua josue yehoshua
judith judy judit jodie jutta
julia julie giulia yulia yuliya iulia jule julka jill juliette juliet juli iuliia
julian jules juliano julien julyan yulian giuliano
julius jules julio giulio yuliy julo
justin justus giustino justyn
justine justyna justina giustina tina
karim kareem abdulkarim
kenneth ken kenny kennet
kevin kev
konrad conrad corrado kurt kort conny
lars laurence lawrence lorenz larry lauri laurens lasse
laura laurie lora lori laure lauren loretta
laurence larry lawrence lorenzo laurent lorenz laurentius lauri lars lavrenty lourenco laurens
leo leon leonid leonardo lev leone leonard lenny
leonard leo len lenny leonardo leonhard leonardus lennard lennart lienhard
leopold leo poldi leopoldo
lewis louis lou luis ludwig luigi lajos ludovic ludovico louie lew ludwik ludek
linda lin lindy melinda belinda
louise lou luise luisa louisa ludovica lulu lois
lucas luke luca lukas lukasz luc lucian loukas lukáš
lucy lucia lucie lucille luci lucja luzia lusia
magdalena magda madeleine lena maddy madeline magdalene maddie madga malena magali leni madlen
manfred fred manni fredi manfredo
margaret maggie meg peggy marge margie daisy greta margarethe margarita marguerite margit grete rita gretchen margherita malgorzata gosia marketa margareta margot margret merete gitta peg mairead gretel maisie madge
maria mary marie mia marija maria mariya molly polly maryam miriam mariam mitzi mari maja marianne marika masha mariella maura moira maya ria mirjam mimi marya manya mariana mascha
mario marius mariusz mariano marios
mark marcus marco marc marek marko markus marcos marcin mars
martha marta patty marthe matty
martin marty martino marten maarten martyn morten marton mertens mart
matthew matt matthias matteo mateo matthieu mateusz matej mathias mattias matvey mats matty mathew thijs hias matyas mattis maciej mads
maurice moritz mauricio maurizio morris maurits moric mo
maximilian max maxim massimo maxime massimiliano maksym maksim maks maximo maxi makc
melanie mel melania melany
michael mike mick mickey michel michele miguel mikhail mykhailo michal misha mischa mikael mikkel mihai mihail mihaly miki micha mitch mickael mischa michail mykhaylo mikko mihajlo
michelle shelly michele micaela michaela micha mikaela michalina
miroslav mirek miro mirko myroslav
mohammed muhammad mohamed mohammad mehmet mo mohamad muhammed mahomed hamid
monica mona monika monique moni
natalie nat natalia natasha natalya nataliya talia nathalie natascha nata natalija
nathaniel nate nathan nat nathanael
nicholas nick nicky nicolas nicolaus klaus nikolai niccolo nicola nikolaus nikos mykola nikita claus miklos mikolaj nico niklas nils niels colin nikolaos kolya nicolae nikolay nikola klaas nic mikulas
nicole nicky nicola nicoletta nikki colette nikola nikol
nora noreen eleonora honora
oliver ollie olivier oliviero ole oliwer
olivia liv livia ollie olivie
oscar oskar ossi ozzie
otto odo otis
pamela pam pammy
patricia pat patty tricia trish patrizia patsy patrycja
patrick pat paddy rick patrik patrizio patricio padraig patryk
paul pablo paolo pavel pawel pavlo pal paulo pauli poul pasha pau pavlos
paula pauline polly paola pavla paulina paulette
peter pete pedro pietro pierre piotr petr pyotr petro petros pieter per peer peder petar piet petja pero pekka pere
philip phil pip philipp philippe felipe filippo filip philippos filipp flip
rachel rae rahel raquel rachele shelly
radoslav radek rado radoslaw
ralph rafe ralf raul raoul rolf
raphael rafael raffaele rafe rafal rafi rafa
raymond ray raimund raimondo ramon mundi reimund
rebecca becky becca rebekka reba rivka rebeka
regina gina reggie reina regine queenie
reginald reg reggie rex reynold reinhold reinaldo rinaldo reynaldo
richard rick dick rich richie ricardo riccardo ricky rik ryszard dicky rikard
robert rob bob bobby robbie bert roberto robin rupert ruprecht roby
roberta bobbie robbie
roger rog ruggero rogelio rudiger ruediger rutger rogier
roland rolando orlando roeland rolly
roman romano romain romek
ronald ron ronnie ronaldo ronan
rose rosie rosa rosalie rosemary rosina rosalia roza rozalia rosita roswitha rosanna
rudolph rudy rolf rudolf rudi rodolfo rudolphe rodolphe
samantha sam sammy mantha
samuel sam sammy samuele shmuel samuil
sarah sally sadie sara zara sari
sebastian seb bastian basti sebastien sebastiano sebas bas bastien
sergius sergei sergey serge sergio serhiy seryozha sergej serhii sergi
sigmund sigi siegmund zygmunt sigismund
simon simone sim simeon semyon szymon simao ximon semen
sophia sophie sofia sofie sonia sonja sonya zofia zosia zsofia sofija soph
stanislaus stan stanislav stanislaw stas staszek
stella estelle estella
stephanie steph stefanie stephania stefania estefania steffi stefanija stevie stefcia
stephen steve steven stefan stephan stefano etienne esteban stepan istvan steffen stevie szczepan stephane stjepan estevan stefanos
susan sue susie suzanne susanne susanna suzy zuzana zuzanna zsuzsanna sanna suse sanne zsuzsa susana shoshana
sven swen svend
sylvia silvia sylvie silvana sylvi
tadeusz thaddeus tad thad tadeo teddy tadek
tatiana tanya tatyana tania tatjana tetiana tanja
theodore ted theo teddy theodor teodoro fyodor fedor feodor fedir theodoros teodor bohdan tudor dora
theresa terry tess therese teresa tessa resi thea tracy terezia tereza teri reza
thomas tom tommy tomas tommaso tomasz foma toma tomek tamas thom tuomas tomislav
timothy tim timmy timotheus timo timofey timoteo tymofiy timotej
ursula uschi ulla urszula ursel orsolya ulla uschi
valentina val valya valentine valya
valentine val valentin valentino valentyn walek
valerie val valeria valeriya valery walerie
veronica vera ronnie roni veronika veronique verena
victor vic viktor vittorio victorino vitya wiktor
victoria vicky tori viktoria vika vittoria victoire viktoriya wiktoria viki
vincent vince vinnie vincenzo vicente vincenz enzo zenz vin wincenty cenzo
vladimir vlad volodymyr wladimir vova volodya vladimiro vladimír wlodzimierz vladi
vladislav vlad slava wladyslaw vladyslav laszlo ladislaus ladislav ladislao lado
walter walt wally gualtiero wouter walther wolter gauthier
wenceslas vaclav wenzel waclaw vyacheslav slava venceslao
wilhelmina mina minnie willa wilma helma billie guillermina vilma guglielma
william will bill billy willy wilhelm guillaume guillermo guglielmo liam willem vilhelm wim helmut vilem vilmos gillem
wolfgang wolf wolfi
yvonne ivonne iwona yvette vonnie ivana
zachary zach zak zacharias zack zaccaria zakaria
artem artyom artiom
alvaro
angel angelo
bjorn
camilla camille mila
carla karla
chloe khloe
concepcion concha conchita
dariusz darek darius dario
daria dasha darya
dolores lola loli
elodie
fabian fabio fabien fabrizio
galina galya
heike heiko
ingrid inga inge
jesus chus
kerstin kirstin
ksenia oksana xenia kseniya
lea leah
ludmila lyudmila lyuda mila
marina
marlene marlen
martina tina martine
mercedes merche mercy
ole
petra
remi remy
rosario charo
sabine sabina
sabrina
sigrid siri
svetlana sveta lana
tobias toby tobi tobiasz
ulrich uli ueli
ulrike ulli rike
uwe
vanessa nessa
vivian viviane vivien
wojciech wojtek adalbert
yannick yann
xavier xaver javier saverio javi xavi
`;

/** Positions of the lines in which a name stands. */
const FAMILIES: ReadonlyMap<string, readonly number[]> = (() => {
  const families = new Map<string, number[]>();
  TABLE.trim()
    .split('\n')
    .forEach((line, index) => {
      for (const name of new Set(line.split(' '))) {
        const known = families.get(name);
        if (known) known.push(index);
        else families.set(name, [index]);
      }
    });
  return families;
})();

const NAMES: readonly string[] = TABLE.trim()
  .split('\n')
  .map((line) => line.slice(0, line.indexOf(' ')));

const NONE: readonly number[] = [];

/** The families a folded given name belongs to; none for a name of no other form. */
export function familiesOf(name: string): readonly number[] {
  return FAMILIES.get(name) ?? NONE;
}

/** What a family is called. */
export function familyName(family: number): string {
  return NAMES[family] ?? '';
}

/** Whether two folded given names may be one person's. */
export function sameFamily(left: readonly number[], right: readonly number[]): boolean {
  return left.some((family) => right.includes(family));
}
