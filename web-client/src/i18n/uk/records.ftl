### Слова записів: поля, відповіді, стани, причини. Як влаштовано ключі, сказано в schemas/README.md.

## Види записів

type-visit = Візит
type-delivery = Доставка
type-task = Справа
type-case = Картка отримувача
type-person = Людина
type-activity = Зустріч
type-visit-count =
    { $count ->
        [one] { $count } візит
        [few] { $count } візити
       *[many] { $count } візитів
    }
type-delivery-count =
    { $count ->
        [one] { $count } доставка
        [few] { $count } доставки
       *[many] { $count } доставок
    }
type-task-count =
    { $count ->
        [one] { $count } справа
        [few] { $count } справи
       *[many] { $count } справ
    }
type-case-count =
    { $count ->
        [one] { $count } картка
        [few] { $count } картки
       *[many] { $count } карток
    }
type-person-count =
    { $count ->
        [one] { $count } людина
        [few] { $count } людини
       *[many] { $count } людей
    }
type-activity-count =
    { $count ->
        [one] { $count } зустріч
        [few] { $count } зустрічі
       *[many] { $count } зустрічей
    }
type-record-count =
    { $count ->
        [one] { $count } запис
        [few] { $count } записи
       *[many] { $count } записів
    }

## Де зараз запис

state-phone = На цьому телефоні
state-sending = Надсилається
state-server = На сервері, чекає на перевірку
state-received = Чекає на перевірку
state-approved = Перевірено, усе гаразд
state-returned = Повернули, треба виправити
state-edited = Змінено після перевірки
state-set_aside = Відкладено

## Чому запис відкладено

set_aside-help = Запис не зник: він зберігається на сервері, і координатор його перегляне.
reason-malformed = Запис дійшов до сервера в незрозумілому вигляді.
reason-too_large = Запис завеликий.
reason-bad_checksum = Запис пошкодився дорогою.
reason-not_canonical = Запис зроблено незвичним для сервера способом.
reason-forbidden_operation = У записі є дія, якої Footpath не робить.
reason-wrong_actor = Запис надійшов ніби з іншого телефона.
reason-wrong_sequence = Записи цього телефона йдуть не за порядком.
reason-wrong_start_op = Запис не сходиться з тим, що було записано раніше.
reason-out_of_scope = Цю людину за вами не закріплено.
reason-device_revoked = Цей телефон відключено від організації.
reason-kind_not_writable = Такі записи робить лише сервер.
reason-identity_mismatch = У записі вказано іншу людину чи інше місце, ніж раніше.
reason-record_exists = Такий запис уже є; щоб його не стерти, другий відклали.
reason-breaks_document = Із цим записом картка перестала б відкриватися.
reason-vetting_failed = Перевірка запису зірвалася.
reason-vetting_timeout = Перевірка запису затяглася, і її зупинили.
reason-bad_signature = Підпис під записом не від цього телефона.
reason-quota = Із цього телефона відкладено вже забагато записів.
flag-after_reassignment = На той день отримувача вже передали іншому працівникові
flag-released = Прийнято координатором з відкладених
flag-restored = Повернуто телефоном після відновлення сервера

## На що звернути увагу

violation-missing = Не заповнено
violation-wrong_type = Записано не так: перевірте, число це чи слова
violation-not_in_list = Такого варіанта у списку немає
violation-too_small = Замало: не менше ніж { NUMBER($limit, useGrouping: 0) }
violation-too_large = Забагато: не більше ніж { NUMBER($limit, useGrouping: 0) }
violation-too_long =
    Задовго: вкладіться в { $limit ->
        [one] { $limit } літеру
        [few] { $limit } літери
       *[many] { $limit } літер
    }
violation-bad_step = Години пишемо з точністю до пів години
violation-bad_format = Записано не так, як зазвичай; перевірте, будь ласка
violation-unknown_field = Поле з новішої програми
violation-cash_does_not_add_up = Гроші не сходяться: отримано не стільки, скільки витрачено й повернуто
violation-ends_before_start = Кінець раніше за початок
violation-too_many_fields = У записі забагато всього
violation-unknown_type = Запис незнайомого виду: оновіть програму

## Сторінки форм

step-main = Головне
step-how = Хто, де і як
step-measures = Що зроблено
step-proof = Підпис
step-money = Гроші
step-people = Люди
step-work = Як робимо
step-consent = Згоди
step-roles = Ким був і став
unit-minutes = хв
unit-hours = год

## Спільне для всіх записів

field-record-type = Вид запису
field-record-author = Хто записав
field-record-zone = Часовий пояс
field-record-recorded_ms = Коли записано
field-record-offset_ms = Наскільки поспішає чи відстає годинник телефона
field-record-void-by = Хто скасував
field-record-void-at = Коли скасовано
field-record-void-why = Чому скасовано
field-record-comment = Пояснення
field-record-comment-text = Пояснення
field-record-comment-by = Хто пояснив
field-record-comment-at = Коли пояснили

## Візит

field-visit-service = Що робили
field-visit-service-help = Позначено справи минулого візиту. Зайве зніміть, нове додайте.
field-visit-date = День візиту
field-visit-start = Прийшли
field-visit-end = Пішли
field-visit-mood = Настрій
field-visit-mood-help = Як вам здалося, коли йшли.
field-visit-urgent = Потрібна термінова допомога?
field-visit-urgent-help = Координатор побачить це першим.
field-visit-urgent_text = Що потрібно терміново
field-visit-notes = Нотатки
field-visit-place_kind = Де зустрілися
field-visit-place = Місце
field-visit-form = Вид зустрічі
field-visit-channel = Як звʼязувалися
field-visit-direction = Лист
field-visit-direction-help = Лише для листування.
field-visit-performer = Хто приходив
field-visit-performer-role = У якій ролі
field-visit-own_time = У свій вільний час?
field-visit-own_time-help = Цей час рахується окремо від робочого.
field-visit-next_visit = Коли прийти знову
field-visit-measure = Окремо кожна справа
field-visit-measure-help = Якщо треба вказати хвилини або те, чого зробити не вдалося.
field-visit-measure-done = Зроблено
field-visit-measure-minutes = Хвилин
field-visit-measure-reason = Чому не зроблено
field-visit-signed_by = Хто підписав
field-visit-witness = Хто свідок
field-visit-no_signature = Чому без підпису
field-visit-signature = Підпис
field-visit-position_start-state = Місце приходу
field-visit-position_start-lat = Широта, прихід
field-visit-position_start-lon = Довгота, прихід
field-visit-position_start-accuracy_m = Точність приходу, м
field-visit-position_start-age_s = Давність приходу, с
field-visit-position_end-state = Місце виходу
field-visit-position_end-lat = Широта, вихід
field-visit-position_end-lon = Довгота, вихід
field-visit-position_end-accuracy_m = Точність виходу, м
field-visit-position_end-age_s = Давність виходу, с

## Доставка

field-delivery-line = Що принесли
field-delivery-line-help = Кожен товар окремим рядком.
field-delivery-line-kind = Що це
field-delivery-line-name = Назва
field-delivery-line-qty = Скільки
field-delivery-line-unit = Одиниця
field-delivery-line-substitute = Чим замінили
field-delivery-line-refused = Не взяли?
field-delivery-line-refused_why = Чому не взяли
field-delivery-status = Чим закінчилося
field-delivery-date = День доставки
field-delivery-start = О котрій
field-delivery-deliverer = Хто приніс
field-delivery-ordered_on = Коли просили
field-delivery-notes = Нотатки
field-delivery-cash = Гроші на покупки
field-delivery-cash-help = Скільки дали, скільки витратили, скільки повернули. Якщо грошей не було, залиште порожнім.
field-delivery-received_minor = Отримали
field-delivery-spent_minor = Витратили
field-delivery-returned_minor = Повернули
field-delivery-receipt = Чек
field-delivery-no_receipt = Чому без чека
field-delivery-signed_by = Хто підписав
field-delivery-witness = Хто свідок
field-delivery-no_signature = Чому без підпису
field-delivery-signature = Підпис

## Справа

field-task-kind = Яка справа
field-task-what = Що треба зробити
field-task-place = Де
field-task-due = До якого дня
field-task-status = Як іде
field-task-why = Чому не вийшло
field-task-why-help = Кілька слів допоможуть тому, хто візьметься наступним.
field-task-date = Коли зробили
field-task-date-help = Якщо справа ще попереду, залиште порожнім.
field-task-outcome = Що вийшло
field-task-assignee = Хто взявся
field-task-volunteer = Хто допомагав
field-task-volunteer-help = Тих, кого знаємо на імʼя, з годинами.
field-task-volunteer-hours = Годин
field-task-headcount = Скільки ще людей допомагало
field-task-headcount-help = Без імен, просто числом.
field-task-headcount_hours = Скільки годин вони відпрацювали
field-task-headcount_hours-help = Усі разом: шестеро по дві години буде дванадцять.
field-task-partner = З ким разом
field-task-tools = Інструменти
field-task-safety = Обережно
field-task-safety-help = Собака, лід, хистка драбина: про що треба знати заздалегідь.
field-task-step = За кроками
field-task-step-text = Крок
field-task-step-state = Зроблено?
field-task-step-why = Чому пропустили

## Картка отримувача

field-case-person = Отримувач
field-case-care_status = Обслуговування
field-case-date = З якого дня
field-case-closed_on = До якого дня
field-case-closed_why = Чому завершили
field-case-need = У чому потрібна допомога
field-case-palliative = Паліативний догляд
field-case-lives_alone = Живе сам чи сама?
field-case-important = Важливо знати
field-case-important-help = Слух, зір, алергія, звички: те, що варто знати, йдучи в дім.
field-case-way_in = Як потрапити до хати
field-case-way_in-help = Хвіртка, собака, куди стукати.
field-case-contact = Кому телефонувати
field-case-contact-help = Рідні, сусіди, лікар.
field-case-contact-name = Імʼя
field-case-contact-relation = Ким доводиться
field-case-contact-phone = Телефон
field-case-contact-note = Коли краще телефонувати
field-case-consent = Згоди
field-case-consent-help = На що людина погодилася і до якого дня. Згоду можна відкликати будь-якого дня.
field-case-consent-given = Надано
field-case-consent-until = Діє до
field-case-consent-withdrawn = Відкликано
field-case-consent-form = Як надано

## Людина

field-person-name = Прізвище, імʼя, по батькові
field-person-settlement = Село
field-person-address = Адреса
field-person-phone = Телефон
field-person-birth_year = Рік народження
field-person-notes = Нотатки
field-person-date = Коли познайомилися
field-person-role = Ролі
field-person-role-kind = Хто це для нас
field-person-role-from = З
field-person-role-to = До

## Зустріч

field-activity-kind = Що це було
field-activity-group = Група чи клуб
field-activity-group-help = Якщо збираються не вперше.
field-activity-topic = Про що
field-activity-place = Де
field-activity-date = День
field-activity-start = Почали
field-activity-end = Закінчили
field-activity-headcount = Скільки було людей
field-activity-headcount-help = Усього, разом із тими, кого позначено на імʼя.
field-activity-notes = Нотатки
field-activity-leader = Хто проводив
field-activity-present = Хто був
field-activity-present-help = Позначте тих, кого знаєте.
field-activity-host = Хто приймав гостей
field-activity-host-help = Коли отримувачі ходять у гості одне до одного.
field-activity-channel = Як вітали

## Варіанти відповідей

option-mood-1 = Дуже поганий
option-mood-2 = Поганий
option-mood-3 = Звичайний
option-mood-4 = Гарний
option-mood-5 = Чудовий
option-place_kind-home = Вдома
option-place_kind-point = У центрі чи клубі
option-place_kind-remote = На відстані
option-direction-sent = Написали
option-direction-received = Отримали
option-role-specialist = Фахівець
option-role-social_worker = Соціальний працівник
option-role-medic = Медик
option-role-psychologist = Психолог
option-role-volunteer = Волонтер
option-role-driver = Водій
option-role-other = Інше
option-signed_by-recipient = Отримувач
option-signed_by-witness = При свідкові
option-signed_by-none = Без підпису
option-receipt-given = Є
option-receipt-none = Немає
option-status-ordered = Замовлено
option-status-bought = Куплено
option-status-delivered = Передано
option-status-partly = Передано не все
option-status-refused = Не взяли
option-status-offered = Чекає на помічника
option-status-accepted = Взялися
option-status-in_progress = Робимо
option-status-done = Зроблено
option-status-declined = Не взялися
option-status-failed = Не вдалося
option-status-cancelled = Скасовано
option-state-done = Зроблено
option-state-skipped = Пропущено
option-state-found = Визначено
option-state-not_found = Не знайдено
option-state-denied = Не дозволено
option-state-off = Вимкнено
option-care_status-new = Щойно звернулися
option-care_status-active = Обслуговується
option-care_status-paused = Перерва
option-care_status-closed = Завершено
option-form-paper = На папері
option-form-signature = Підпис на екрані
option-form-witness = При свідкові
option-kind-recipient = Отримувач допомоги
option-kind-volunteer = Волонтер
option-kind-worker = Працівник
option-kind-relative = Рідня
option-kind-group_session = Зустріч клубу
option-kind-outreach = Виїзна консультація
option-kind-mutual_visit = У гості одне до одного
option-kind-greeting = Привітання
option-kind-class = Заняття
option-kind-other = Інше
