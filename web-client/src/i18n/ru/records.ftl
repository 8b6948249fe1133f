### Слова записей: поля, ответы, состояния, причины. Как устроены ключи, сказано в schemas/README.md.

## Виды записей

type-visit = Визит
type-delivery = Доставка
type-task = Дело
type-case = Карточка получателя
type-person = Человек
type-activity = Встреча
type-visit-count =
    { $count ->
        [one] { $count } визит
        [few] { $count } визита
       *[many] { $count } визитов
    }
type-delivery-count =
    { $count ->
        [one] { $count } доставка
        [few] { $count } доставки
       *[many] { $count } доставок
    }
type-task-count =
    { $count ->
        [one] { $count } дело
        [few] { $count } дела
       *[many] { $count } дел
    }
type-case-count =
    { $count ->
        [one] { $count } карточка
        [few] { $count } карточки
       *[many] { $count } карточек
    }
type-person-count =
    { $count ->
        [one] { $count } человек
        [few] { $count } человека
       *[many] { $count } человек
    }
type-activity-count =
    { $count ->
        [one] { $count } встреча
        [few] { $count } встречи
       *[many] { $count } встреч
    }
type-record-count =
    { $count ->
        [one] { $count } запись
        [few] { $count } записи
       *[many] { $count } записей
    }

## Где сейчас запись

state-phone = На этом телефоне
state-sending = Отправляется
state-server = На сервере, ждёт проверки
state-received = Ждёт проверки
state-approved = Проверено, всё хорошо
state-returned = Вернули, нужно поправить
state-edited = Изменено после проверки
state-set_aside = Отложено

## Почему запись отложена

set_aside-help = Запись не пропала: она хранится на сервере, и координатор её посмотрит.
reason-malformed = Запись дошла до сервера в непонятном виде.
reason-too_large = Запись слишком большая.
reason-bad_checksum = Запись повредилась в пути.
reason-not_canonical = Запись сделана непривычным для сервера способом.
reason-forbidden_operation = В записи есть действие, которого Footpath не делает.
reason-wrong_actor = Запись пришла как будто с другого телефона.
reason-wrong_sequence = Записи этого телефона идут не по порядку.
reason-wrong_start_op = Запись не сходится с тем, что было записано до неё.
reason-out_of_scope = Этот человек не закреплён за вами.
reason-device_revoked = Этот телефон отключён от организации.
reason-kind_not_writable = Такие записи делает только сервер.
reason-identity_mismatch = В записи указан другой человек или другое место, чем раньше.
reason-record_exists = Такая запись уже есть; чтобы её не стереть, вторую отложили.
reason-breaks_document = С этой записью карточка перестала бы открываться.
reason-vetting_failed = Проверка записи сорвалась.
reason-vetting_timeout = Проверка записи затянулась, и её остановили.
reason-bad_signature = Подпись под записью не от этого телефона.
reason-quota = С этого телефона отложено уже слишком много записей.
flag-after_reassignment = К этому дню получателя уже передали другому работнику
flag-released = Принято координатором из отложенных
flag-restored = Возвращено телефоном после восстановления сервера

## На что обратить внимание

violation-missing = Не заполнено
violation-wrong_type = Записано не так: проверьте, число это или слова
violation-not_in_list = Такого варианта в списке нет
violation-too_small = Слишком мало: не меньше { NUMBER($limit, useGrouping: 0) }
violation-too_large = Слишком много: не больше { NUMBER($limit, useGrouping: 0) }
violation-too_long =
    Слишком длинно: уложитесь в { $limit ->
        [one] { $limit } букву
        [few] { $limit } буквы
       *[many] { $limit } букв
    }
violation-bad_step = Часы пишем с точностью до получаса
violation-bad_format = Записано не так, как обычно; проверьте, пожалуйста
violation-unknown_field = Поле из более новой программы
violation-cash_does_not_add_up = Деньги не сходятся: получено не столько, сколько потрачено и возвращено
violation-ends_before_start = Конец раньше начала
violation-too_many_fields = В записи слишком много всего
violation-unknown_type = Запись незнакомого вида: обновите программу

## Страницы форм

step-main = Главное
step-how = Кто, где и как
step-measures = Что сделано
step-proof = Подпись
step-money = Деньги
step-people = Люди
step-work = Как делаем
step-consent = Согласия
step-roles = Кем был и стал
unit-minutes = мин
unit-hours = ч

## Общее для всех записей

field-record-type = Вид записи
field-record-author = Кто записал
field-record-zone = Часовой пояс
field-record-recorded_ms = Когда записано
field-record-offset_ms = Насколько спешат или отстают часы телефона
field-record-void-by = Кто отменил
field-record-void-at = Когда отменено
field-record-void-why = Почему отменено
field-record-comment = Пояснения
field-record-comment-text = Пояснение
field-record-comment-by = Кто пояснил
field-record-comment-at = Когда пояснили

## Визит

field-visit-service = Что делали
field-visit-service-help = Отмечены дела прошлого визита. Лишнее снимите, новое добавьте.
field-visit-date = День визита
field-visit-start = Пришли
field-visit-end = Ушли
field-visit-mood = Настроение
field-visit-mood-help = Как вам показалось, когда уходили.
field-visit-urgent = Нужна срочная помощь?
field-visit-urgent-help = Координатор увидит это первым.
field-visit-urgent_text = Что нужно срочно
field-visit-notes = Заметки
field-visit-place_kind = Где встретились
field-visit-place = Место
field-visit-form = Вид встречи
field-visit-channel = Как связывались
field-visit-direction = Письмо
field-visit-direction-help = Только для переписки.
field-visit-performer = Кто приходил
field-visit-performer-role = В качестве кого
field-visit-own_time = В своё свободное время?
field-visit-own_time-help = Это время считается отдельно от рабочего.
field-visit-next_visit = Когда прийти снова
field-visit-measure = По отдельности
field-visit-measure-help = Если нужно указать минуты или то, что сделать не вышло.
field-visit-measure-done = Сделано
field-visit-measure-minutes = Минут
field-visit-measure-reason = Почему не сделано
field-visit-signed_by = Кто подписал
field-visit-witness = Кто свидетель
field-visit-no_signature = Почему без подписи
field-visit-signature = Подпись
field-visit-position_start-state = Место прихода
field-visit-position_start-lat = Широта, приход
field-visit-position_start-lon = Долгота, приход
field-visit-position_start-accuracy_m = Точность прихода, м
field-visit-position_start-age_s = Давность прихода, с
field-visit-position_end-state = Место ухода
field-visit-position_end-lat = Широта, уход
field-visit-position_end-lon = Долгота, уход
field-visit-position_end-accuracy_m = Точность ухода, м
field-visit-position_end-age_s = Давность ухода, с

## Доставка

field-delivery-line = Что принесли
field-delivery-line-help = Каждый товар отдельной строкой.
field-delivery-line-kind = Что это
field-delivery-line-name = Название
field-delivery-line-qty = Сколько
field-delivery-line-unit = Чего
field-delivery-line-substitute = Чем заменили
field-delivery-line-refused = Не взяли?
field-delivery-line-refused_why = Почему не взяли
field-delivery-status = Чем закончилось
field-delivery-date = День доставки
field-delivery-start = Во сколько
field-delivery-deliverer = Кто принёс
field-delivery-ordered_on = Когда просили
field-delivery-notes = Заметки
field-delivery-cash = Деньги на покупки
field-delivery-cash-help = Сколько дали, сколько потратили, сколько вернули. Если денег не было, оставьте пустым.
field-delivery-received_minor = Получили
field-delivery-spent_minor = Потратили
field-delivery-returned_minor = Вернули
field-delivery-receipt = Чек
field-delivery-no_receipt = Почему без чека
field-delivery-signed_by = Кто подписал
field-delivery-witness = Кто свидетель
field-delivery-no_signature = Почему без подписи
field-delivery-signature = Подпись

## Дело

field-task-kind = Какое дело
field-task-what = Что нужно сделать
field-task-place = Где
field-task-due = К какому дню
field-task-status = Как идёт
field-task-why = Почему не вышло
field-task-why-help = Пара слов поможет тому, кто возьмётся следующим.
field-task-date = Когда сделали
field-task-date-help = Если дело ещё впереди, оставьте пустым.
field-task-outcome = Что получилось
field-task-assignee = Кто взялся
field-task-volunteer = Кто помогал
field-task-volunteer-help = Тех, кого знаем по имени, с часами.
field-task-volunteer-hours = Часов
field-task-headcount = Сколько ещё человек помогало
field-task-headcount-help = Без имён, просто числом.
field-task-headcount_hours = Сколько часов они отработали
field-task-headcount_hours-help = Все вместе: шестеро по два часа будет двенадцать.
field-task-partner = С кем вместе
field-task-tools = Инструменты
field-task-safety = Осторожно
field-task-safety-help = Собака, лёд, шаткая лестница: о чём надо знать заранее.
field-task-step = По шагам
field-task-step-text = Шаг
field-task-step-state = Сделан?
field-task-step-why = Почему пропустили

## Карточка получателя

field-case-person = Получатель
field-case-care_status = Обслуживание
field-case-date = С какого дня
field-case-closed_on = По какой день
field-case-closed_why = Почему завершили
field-case-need = В чём нужна помощь
field-case-palliative = Паллиативный уход
field-case-lives_alone = Живёт один или одна?
field-case-important = Важно знать
field-case-important-help = Слух, зрение, аллергия, привычки: то, с чем приходят в дом.
field-case-way_in = Как попасть в дом
field-case-way_in-help = Калитка, собака, куда стучать.
field-case-contact = Кому звонить
field-case-contact-help = Родные, соседи, врач.
field-case-contact-name = Имя
field-case-contact-relation = Кем приходится
field-case-contact-phone = Телефон
field-case-contact-note = Когда лучше звонить
field-case-consent = Согласия
field-case-consent-help = На что человек согласился и до какого дня. Согласие можно отозвать в любой день.
field-case-consent-given = Дано
field-case-consent-until = Действует до
field-case-consent-withdrawn = Отозвано
field-case-consent-form = Как дано

## Человек

field-person-name = Фамилия, имя, отчество
field-person-settlement = Село
field-person-address = Адрес
field-person-phone = Телефон
field-person-birth_year = Год рождения
field-person-notes = Заметки
field-person-date = Когда познакомились
field-person-role = Роли
field-person-role-kind = Кто это для нас
field-person-role-from = С
field-person-role-to = По

## Встреча

field-activity-kind = Что это было
field-activity-group = Группа или клуб
field-activity-group-help = Если собираются не в первый раз.
field-activity-topic = О чём
field-activity-place = Где
field-activity-date = День
field-activity-start = Начали
field-activity-end = Закончили
field-activity-headcount = Сколько было человек
field-activity-headcount-help = Всего, вместе с теми, кто отмечен по имени.
field-activity-notes = Заметки
field-activity-leader = Кто вёл
field-activity-present = Кто был
field-activity-present-help = Отметьте тех, кого знаете.
field-activity-host = Кто принимал гостей
field-activity-host-help = Когда получатели ходят в гости друг к другу.
field-activity-channel = Как поздравляли

## Варианты ответов

option-mood-1 = Очень плохое
option-mood-2 = Плохое
option-mood-3 = Обычное
option-mood-4 = Хорошее
option-mood-5 = Отличное
option-place_kind-home = Дома
option-place_kind-point = В центре или клубе
option-place_kind-remote = На расстоянии
option-direction-sent = Написали
option-direction-received = Получили
option-role-specialist = Специалист
option-role-social_worker = Социальный работник
option-role-medic = Медик
option-role-psychologist = Психолог
option-role-volunteer = Волонтёр
option-role-driver = Водитель
option-role-other = Другое
option-signed_by-recipient = Получатель
option-signed_by-witness = При свидетеле
option-signed_by-none = Без подписи
option-receipt-given = Есть
option-receipt-none = Нет
option-status-ordered = Заказано
option-status-bought = Куплено
option-status-delivered = Передано
option-status-partly = Передано не всё
option-status-refused = Не взяли
option-status-offered = Ждёт помощника
option-status-accepted = Взялись
option-status-in_progress = Делаем
option-status-done = Сделано
option-status-declined = Не взялись
option-status-failed = Не получилось
option-status-cancelled = Отменено
option-state-done = Сделан
option-state-skipped = Пропущен
option-state-found = Определено
option-state-not_found = Не нашлось
option-state-denied = Не разрешено
option-state-off = Выключено
option-care_status-new = Только обратились
option-care_status-active = Обслуживается
option-care_status-paused = Перерыв
option-care_status-closed = Завершено
option-form-paper = На бумаге
option-form-signature = Подпись на экране
option-form-witness = При свидетеле
option-kind-recipient = Получатель помощи
option-kind-volunteer = Волонтёр
option-kind-worker = Работник
option-kind-relative = Родня
option-kind-group_session = Встреча клуба
option-kind-outreach = Выездная консультация
option-kind-mutual_visit = В гости друг к другу
option-kind-greeting = Поздравление
option-kind-class = Занятие
option-kind-other = Другое
