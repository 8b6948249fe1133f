### Слова робочого місця координатора.

desk = Робоче місце координатора
desk-tab-log = Журнал
desk-tab-cases = Люди
desk-tab-quarantine = Відкладено
desk-tab-devices = Телефони
desk-tab-field = Мій день
desk-reading = Читаємо…
desk-as-of = Оновлено: { $when }
desk-read-again = Оновити
desk-shown-as-of = Нижче те, що було відомо: { $when }.

## Негаразди

desk-problem-network = Немає зв’язку із сервером. Робоче місце координатора працює лише зі зв’язком; записи нікуди не зникнуть.
desk-problem-timeout = Сервер не відповів вчасно. Спробуйте ще раз.
desk-problem-server = Сервер не зміг відповісти. Спробуйте трохи згодом.
desk-problem-changed = Поки ви дивилися, все змінилося. Оновіть сторінку й погляньте ще раз.
desk-problem-not_found = Не знайдено. Можливо, це поза вашими місцями.

## Журнал

desk-log = Журнал
desk-filter-state = Що показати
desk-filter-look = Чекають на погляд
desk-filter-returned = Повернуті
desk-filter-approved = Прийняті
desk-filter-all = Усі
desk-filter-any = Усі
desk-filter-name = Ім’я отримувача
desk-filter-place = Місце
desk-filter-worker = Хто записав
desk-filter-type = Вид запису
desk-filter-period = Коли
desk-filter-from = З якого дня
desk-filter-to = По який день
desk-filter-case = Лише про одну людину
desk-period-any = За весь час
desk-period-today = Сьогодні
desk-period-week = За 7 днів
desk-period-month = Цей місяць
desk-period-last_month = Минулий місяць
desk-period-own = Свої дні
desk-filters-count = Відбір: { $count }
desk-filters-clear = Прибрати відбір
desk-count =
    { $count ->
        [one] { $count } запис
        [few] { $count } записи
       *[many] { $count } записів
    }
desk-count-more =
    { $count ->
        [one] Показано { $count } запис, є ще
        [few] Показано { $count } записи, є ще
       *[many] Показано { $count } записів, є ще
    }
desk-count-all = Усього за відбором: { $what }
desk-count-chores =
    { $count ->
        [one] { $count } справа разом із ще не зробленими
        [few] { $count } справи разом із ще не зробленими
       *[many] { $count } справ разом із ще не зробленими
    }
desk-log-all-looked = Усе переглянуто. Нові записи з’являться тут, коли телефони вийдуть на зв’язок.
desk-log-none = Таких записів немає.
desk-tick = Позначити: { $what }
desk-tick-all = Позначити всі: { $count }
desk-untick = Зняти позначки
desk-approve-ticked =
    { $count ->
        [one] Прийняти { $count } запис
        [few] Прийняти { $count } записи
       *[many] Прийняти { $count } записів
    }
desk-approved =
    { $count ->
        [0] Нічого не прийнято.
        [one] Прийнято { $count } запис.
        [few] Прийнято { $count } записи.
       *[many] Прийнято { $count } записів.
    }
desk-left =
    { $count ->
        [one] Залишився { $count } запис:
        [few] Залишилися { $count } записи:
       *[many] Залишилося { $count } записів:
    }
desk-left-changed = змінився, поки ви дивилися ({ $fields }). Погляньте ще раз.
desk-left-missing = більше не знайдено.

## Стани й позначки

desk-state-received = Чекає на погляд
desk-state-approved = Прийнято
desk-state-returned = Повернуто
desk-state-edited = Змінено
desk-mark-urgent = Терміново
desk-mark-conflict = Два значення
desk-mark-violations = Перевірити: { $count }
desk-mark-returned-before = Уже повертали
desk-mark-after_reassignment = Після передання
desk-mark-released = Із відкладених
desk-mark-restored = Повернуто після відновлення

## Запис

desk-record = Запис
desk-record-missing = Цього запису більше немає або він поза вашими місцями.
desk-record-newer = Запис змінився, поки ви дивилися. Нижче він ще такий, яким ви його відкрили.
desk-record-show-newer = Показати, що тепер
desk-comments = Зауваження до запису
desk-conflict = Записали по-різному: { $field }
desk-conflict-help = Двоє записали різне, поки не було зв’язку. Виберіть правильне: інше залишиться в історії, і обидва автори це побачать.
desk-conflict-chosen = Вибрано: { $field }
desk-conflict-changed = Поки ви вибирали, хтось записав ще. Ось що тут є зараз; нічого не вирішено.
desk-decide = Перевірка
desk-not-reviewed = Цей запис ще не дивилися.
desk-reviewed-approved = Прийнято: { $who }, { $when }.
desk-reviewed-returned = Повернуто: { $who }, { $when }.
desk-reviewed-withdrawn = Рішення відкликано: { $who }, { $when }.
desk-changed-since = Відтоді змінилося: { $fields }.
desk-decide-changed = Рішення не записано: запис змінився, поки ви дивилися ({ $fields }). Нижче він такий, як зараз.
desk-choose-first = Спершу виберіть правильне значення, тоді можна прийняти.
desk-approve = Прийняти
desk-approved-one = Запис прийнято
desk-return = Повернути
desk-return-title = Повернути запис
desk-return-comment = Що треба виправити
desk-return-help = Працівник побачить ці слова поруч із записом.
desk-return-send = Повернути працівникові
desk-return-times = Перевірте час приходу й виходу.
desk-return-services = Позначте, що було зроблено.
desk-return-receipt = Додайте чек або напишіть, чому його немає.
desk-returned-one = Запис повернуто
desk-to-note = Зверніть увагу
desk-violation = { $field }: { $what }
desk-story = Що було із записом
desk-story-made = Записано
desk-story-changed = Виправлено
desk-story-voided = Запис скасовано
desk-story-brought_back = Запис повернуто до журналу
desk-story-approved = Прийнято
desk-story-returned = Надіслано на виправлення
desk-story-withdrawn = Рішення відкликано
desk-story-late = Дійшло до сервера: { $when }
desk-put = { $field }: { $value }
desk-put-instead = { $field }: { $value } (було: { $before })
desk-put-cleared = { $field }: прибрано
desk-open-case = Картка людини
desk-next-record = Наступний запис

## Відкладене

desk-quarantine = Відкладено
desk-quarantine-help = Ці записи сервер отримав, але до журналу не вніс. Нічого не пропало: погляньте, чому, і вирішіть.
desk-quarantine-show = Що показати
desk-quarantine-open = Чекають на рішення
desk-quarantine-released = Внесені
desk-quarantine-settled = Вирішені інакше
desk-quarantine-empty = Нічого не відкладено.
desk-quarantine-none = Таких поки немає.
desk-quarantine-count =
    { $count ->
        [one] { $count } відкладений запис
        [few] { $count } відкладені записи
       *[many] { $count } відкладених записів
    }
desk-kind-log = Запис журналу
desk-kind-task = Справа
desk-kind-case = Картка
desk-kind-person = Людина
desk-kind-activity = Групове заняття
desk-kind-unknown = Запис
desk-reason-out_of_scope = Ця людина не закріплена за автором запису.
desk-reason-device_revoked = Телефон, з якого прийшов запис, від’єднано від організації.
desk-received-at = отримано: { $when }
desk-bytes = { $size } Б
desk-preview = Переглянути
desk-preview-close = Згорнути
desk-preview-none = Вміст прочитати не можна. Його можна зберегти у файл.
desk-export = Зберегти у файл
desk-release = Внести до журналу
desk-release-title = Внести запис до журналу?
desk-release-help = Запис з’явиться в журналі з позначкою «Із відкладених» і чекатиме на ваш погляд. Автор це побачить.
desk-released = Запис внесено до журналу
desk-settle = Вирішити інакше
desk-settle-title = Вирішити інакше
desk-settle-help = Запис не ввійде до журналу, але зберігатиметься. Напишіть, що зроблено натомість: автор це прочитає.
desk-settle-note = Що зроблено
desk-settle-do = Закрити питання
desk-settled = Рішення записано
desk-was-released = Внесено до журналу: { $who }, { $when }.
desk-was-settled = Вирішено інакше: { $who }, { $when }.

## Телефони

desk-devices = Телефони
desk-devices-all-well = Усі телефони нещодавно виходили на зв’язок.
desk-devices-needy = Потрібна увага
desk-devices-well = Усе гаразд
desk-devices-gone = Від’єднані
desk-this-device = цей комп’ютер
desk-quiet =
    { $days ->
        [one] Немає зв’язку { $days } день
        [few] Немає зв’язку { $days } дні
       *[many] Немає зв’язку { $days } днів
    }
desk-missing =
    { $count ->
        [one] Не дійшла { $count } посилка
        [few] Не дійшли { $count } посилки
       *[many] Не дійшло { $count } посилок
    }
desk-missing-told =
    { $count ->
        [one] Ще не тут { $count } посилка з цього телефону: № { $numbers }.
        [few] Ще не тут { $count } посилки з цього телефону: № { $numbers }.
       *[many] Ще не тут { $count } посилок з цього телефону: № { $numbers }.
    } Найновіша з відомих – № { $newest }, на зв’язку телефон був: { $heard }.
desk-forks = Два телефони як один?
desk-forks-told = Схоже, два телефони пишуть як один: можливо, телефон відновили з копії. Під одним номером надійшло різне: № { $numbers }. Нічого не втрачено: обидві версії на місці. Дізнайтеся, яким телефоном людина користується, і від’єднайте інший.
desk-clock-fast =
    { $minutes ->
        [one] Годинник поспішає на { $minutes } хвилину
        [few] Годинник поспішає на { $minutes } хвилини
       *[many] Годинник поспішає на { $minutes } хвилин
    }
desk-clock-slow =
    { $minutes ->
        [one] Годинник відстає на { $minutes } хвилину
        [few] Годинник відстає на { $minutes } хвилини
       *[many] Годинник відстає на { $minutes } хвилин
    }
desk-device-set-aside =
    { $count ->
        [one] Відкладено { $count } запис
        [few] Відкладено { $count } записи
       *[many] Відкладено { $count } записів
    }
desk-last-sync = Був на зв’язку
desk-days-ago =
    { $days ->
        [0] менш як добу тому
        [one] { $days } день тому
        [few] { $days } дні тому
       *[many] { $days } днів тому
    }
desk-device-waiting = Чекало на надсилання
desk-revoke = Від’єднати
desk-revoke-title = Від’єднати телефон: { $who }?
desk-revoke-help = Телефон більше нічого не отримає. Те, що на ньому записано, ще можна здати: воно буде відкладене до вашого рішення. Якщо телефон знайдеться, людина ввійде на ньому знову.
desk-revoke-waiting =
    { $count ->
        [one] На ньому чекав на надсилання { $count } запис.
        [few] На ньому чекали на надсилання { $count } записи.
       *[many] На ньому чекало на надсилання { $count } записів.
    }
desk-revoked = Телефон від’єднано
desk-revoked-at = Від’єднано: { $when }

## Люди й закріплення

desk-cases = Люди
desk-cases-show = Кого показати
desk-cases-all = Усі
desk-cases-nobody = Без працівника
desk-cases-none = Нікого не знайшлося.
desk-nobody = Нікого не закріплено
desk-no-place = Місце не вказано
desk-case-records = Усі записи
desk-card-open = Історія
desk-assigned = Хто закріплений
desk-assigned-nobody = Поки ніхто.
desk-not-yet = Ще не почав
desk-substitute = на заміні
desk-term-always = постійно
desk-term-from = з { $from }
desk-term-until = по { $to }
desk-term-between = { $from } – { $to }
desk-assign = Закріпити
desk-assign-title = Закріпити: { $name }
desk-assign-whom = За ким
desk-choose-person = Виберіть людину
desk-assign-how = На який строк
desk-assign-always = Постійно
desk-assign-substitute = На заміну
desk-assign-from = З якого дня
desk-assign-to = По який день
desk-assigned-now = Закріплено. Телефон отримає картку, коли буде зв’язок.
desk-unassign = Зняти
desk-unassign-who = Зняти закріплення: { $who }
desk-unassign-help = Під час наступного зв’язку картка зникне з телефона. Те, що там записано й не надіслано, однаково буде прийнято.
desk-unassigned = Закріплення знято

# Після відновлення сервера з копії
desk-restored = Після відновлення
desk-restored-told = Сервер відновлено з копії: { $restored }. Останнє, що він пам’ятає: { $remembers }.
desk-restored-check = Перевірте, хто за ким закріплений: що змінилося після цього, сервер знає лише зі слів телефонів.
desk-restored-open =
    { $count ->
        [one] { $count } закріплення чекає на ваше рішення
        [few] { $count } закріплення чекають на ваше рішення
       *[many] { $count } закріплень чекають на ваше рішення
    }
desk-restored-look = Переглянути
desk-restored-never = Сервер не відновлювали з копії.
desk-restored-nothing = Телефони не повідомили нічого, що розходиться з пам’яттю сервера.
desk-restored-had = Телефон показав: за цю людину відповідає { $who }. Сервер цього не пам’ятає.
desk-restored-wrote = У картці є записи: їх автор — { $who }. Закріплення сервер не пам’ятає.
desk-restored-lost = За копією за цю людину відповідає { $who }, але на телефоні картки вже не було.
desk-restored-until = Поки ви не вирішите, { $who } за цю людину не відповідає.
desk-restored-holders = Хто відповідає зараз: { $who }.
desk-restored-nobody = Зараз за цю людину ніхто не відповідає.
desk-restored-planned = З { $day } за цю людину відповідає { $who }. До цього дня вирішувати вам.
desk-restored-give = Закріпити знову
desk-restored-dismiss = Залишити так
desk-restored-given = Знову закріплено
desk-restored-dismissed = Залишено як є
desk-restored-was-given = Закріплено знову: { $who }, { $when }
desk-restored-was-dismissed = Залишено як є: { $who }, { $when }
desk-restored-awaited = Ще не були на зв’язку
desk-restored-awaited-help = Ці телефони після відновлення не виходили на зв’язок. Вони можуть повідомити ще щось.
