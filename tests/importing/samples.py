# ruff: noqa: E501 - the publishers' lines are as long as they are
"""Short tables in the publishers' own formats, with the traps of the real ones, written for the tests."""

CCD_SCHOOL_DIRECTORY = """\
SCHOOL_YEAR,FIPST,STATENAME,ST,SCH_NAME,LEA_NAME,STATE_AGENCY_NO,UNION,ST_LEAID,LEAID,ST_SCHID,NCESSCH,SCHID,SY_STATUS,SY_STATUS_TEXT,SCH_TYPE_TEXT,GSLO,GSHI,LEVEL
2021-2022,01,ALABAMA,AL,Oak Elementary,Alder City,01,,AL-101,0100005,AL-101-0010,010000500870,0100870,1,Open,Regular School,PK,05,Elementary
2021-2022,01,ALABAMA,AL,Elm High,Alder City,01,,AL-101,0100005,AL-101-0020,010000500871,0100871,1,Open,Regular School,09,12,High
2021-2022,01,ALABAMA,AL,Old Mill School,Alder City,01,,AL-101,0100005,AL-101-0030,010000500872,0100872,2,Closed,Regular School,KG,05,Elementary
2021-2022,55,WISCONSIN,WI,Lake Middle,Lakeside,01,,WI-3269,5508520,WI-3269-0440,550852000373,5500373,1,Open,Regular School,06,08,Middle
"""

# Category Set A adds to 40 + 60 pupils of grades K and 1, 20 in pre-kindergarten, 4 ungraded and 6 adults at Oak; the subtotals by grade say
# the same and the total says it all again. Elm's grade 10 is suppressed by race but given by grade.
CCD_SCHOOL_MEMBERSHIP = """\
SCHOOL_YEAR,FIPST,STATENAME,ST,SCH_NAME,STATE_AGENCY_NO,UNION,ST_LEAID,LEAID,ST_SCHID,NCESSCH,SCHID,GRADE,RACE_ETHNICITY,SEX,STUDENT_COUNT,TOTAL_INDICATOR,DMS_FLAG
2021-2022,01,ALABAMA,AL,Oak Elementary,01,,AL-101,0100005,AL-101-0010,010000500870,0100870,Pre-Kindergarten,White,Female,20,Category Set A - By Race/Ethnicity; Sex; Grade,Reported
2021-2022,01,ALABAMA,AL,Oak Elementary,01,,AL-101,0100005,AL-101-0010,010000500870,0100870,Kindergarten,White,Female,25,Category Set A - By Race/Ethnicity; Sex; Grade,Reported
2021-2022,01,ALABAMA,AL,Oak Elementary,01,,AL-101,0100005,AL-101-0010,010000500870,0100870,Kindergarten,Asian,Male,15,Category Set A - By Race/Ethnicity; Sex; Grade,Reported
2021-2022,01,ALABAMA,AL,Oak Elementary,01,,AL-101,0100005,AL-101-0010,010000500870,0100870,Grade 1,White,Male,60,Category Set A - By Race/Ethnicity; Sex; Grade,Reported
2021-2022,01,ALABAMA,AL,Oak Elementary,01,,AL-101,0100005,AL-101-0010,010000500870,0100870,Ungraded,White,Male,4,Category Set A - By Race/Ethnicity; Sex; Grade,Reported
2021-2022,01,ALABAMA,AL,Oak Elementary,01,,AL-101,0100005,AL-101-0010,010000500870,0100870,Adult Education,White,Male,6,Category Set A - By Race/Ethnicity; Sex; Grade,Reported
2021-2022,01,ALABAMA,AL,Oak Elementary,01,,AL-101,0100005,AL-101-0010,010000500870,0100870,Kindergarten,No Category Codes,No Category Codes,40,Subtotal 4 - By Grade,Reported
2021-2022,01,ALABAMA,AL,Oak Elementary,01,,AL-101,0100005,AL-101-0010,010000500870,0100870,Grade 1,No Category Codes,No Category Codes,60,Subtotal 4 - By Grade,Reported
2021-2022,01,ALABAMA,AL,Oak Elementary,01,,AL-101,0100005,AL-101-0010,010000500870,0100870,No Category Codes,White,Female,45,Derived - Subtotal by Race/Ethnicity and Sex minus Adult Education Count,Reported
2021-2022,01,ALABAMA,AL,Oak Elementary,01,,AL-101,0100005,AL-101-0010,010000500870,0100870,No Category Codes,No Category Codes,No Category Codes,130,Education Unit Total,Reported
2021-2022,01,ALABAMA,AL,Elm High,01,,AL-101,0100005,AL-101-0020,010000500871,0100871,Grade 9,White,Male,100,Category Set A - By Race/Ethnicity; Sex; Grade,Reported
2021-2022,01,ALABAMA,AL,Elm High,01,,AL-101,0100005,AL-101-0020,010000500871,0100871,Grade 10,White,Male,-9,Category Set A - By Race/Ethnicity; Sex; Grade,Suppressed
2021-2022,01,ALABAMA,AL,Elm High,01,,AL-101,0100005,AL-101-0020,010000500871,0100871,Grade 10,No Category Codes,No Category Codes,80,Subtotal 4 - By Grade,Reported
2021-2022,01,ALABAMA,AL,Elm High,01,,AL-101,0100005,AL-101-0020,010000500871,0100871,No Category Codes,No Category Codes,No Category Codes,180,Education Unit Total,Reported
2021-2022,01,ALABAMA,AL,Old Mill School,01,,AL-101,0100005,AL-101-0030,010000500872,0100872,Kindergarten,White,Male,9,Category Set A - By Race/Ethnicity; Sex; Grade,Reported
2021-2022,55,WISCONSIN,WI,Lake Middle,01,,WI-3269,5508520,WI-3269-0440,550852000373,5500373,Grade 6,White,Male,150,Category Set A - By Race/Ethnicity; Sex; Grade,Reported
"""

CCD_DISTRICT_MEMBERSHIP = """\
SCHOOL_YEAR,FIPST,STATENAME,ST,LEA_NAME,STATE_AGENCY_NO,UNION,ST_LEAID,LEAID,GRADE,RACE_ETHNICITY,SEX,STUDENT_COUNT,TOTAL_INDICATOR,DMS_FLAG
2021-2022,55,WISCONSIN,WI,Lakeside,01,,WI-3269,5508520,Grade 6,White,Male,1500,Category Set A - By Race/Ethnicity; Sex; Grade,Reported
2021-2022,55,WISCONSIN,WI,Lakeside,01,,WI-3269,5508520,Grade 9,White,Male,1000,Category Set A - By Race/Ethnicity; Sex; Grade,Reported
2021-2022,55,WISCONSIN,WI,Lakeside,01,,WI-3269,5508520,No Category Codes,No Category Codes,No Category Codes,2500,Education Unit Total,Reported
"""

CCD_SCHOOL_STAFF = """\
SCHOOL_YEAR,FIPST,STATENAME,ST,SCH_NAME,STATE_AGENCY_NO,UNION,ST_LEAID,LEAID,ST_SCHID,NCESSCH,SCHID,TEACHERS,TOTAL_INDICATOR,DMS_FLAG
2021-2022,01,ALABAMA,AL,Oak Elementary,01,,AL-101,0100005,AL-101-0010,010000500870,0100870,12.00,Education Unit Total,Reported
2021-2022,01,ALABAMA,AL,Elm High,01,,AL-101,0100005,AL-101-0020,010000500871,0100871,,Education Unit Total,Missing
"""

# The literal rows of FORMATS.md, and what a sum of everything would count three times.
CCD_DISTRICT_STAFF = """\
SCHOOL_YEAR,FIPST,STATENAME,ST,LEA_NAME,STATE_AGENCY_NO,UNION,ST_LEAID,LEAID,STAFF,STAFF_COUNT,TOTAL_INDICATOR,DMS_FLAG
2021-2022,55,WISCONSIN,WI,Madison Metropolitan,01,,WI-3269,5508520,Elementary Teachers,878.96,Category Set A,Reported
2021-2022,55,WISCONSIN,WI,Madison Metropolitan,01,,WI-3269,5508520,Secondary Teachers,972.80,Category Set A,Reported
2021-2022,55,WISCONSIN,WI,Madison Metropolitan,01,,WI-3269,5508520,Paraprofessionals/Instructional Aides,317.65,Category Set A,Reported
2021-2022,55,WISCONSIN,WI,Madison Metropolitan,01,,WI-3269,5508520,Elementary School Counselors,20.50,Category Set A,Reported
2021-2022,55,WISCONSIN,WI,Madison Metropolitan,01,,WI-3269,5508520,Secondary School Counselors,30.00,Category Set A,Reported
2021-2022,55,WISCONSIN,WI,Madison Metropolitan,01,,WI-3269,5508520,Librarians/media specialists,47.00,Category Set A,Reported
2021-2022,55,WISCONSIN,WI,Madison Metropolitan,01,,WI-3269,5508520,Teachers,2114.93,Derived - Major Staffing Category,Reported
2021-2022,55,WISCONSIN,WI,Madison Metropolitan,01,,WI-3269,5508520,School Staff,947.37,Derived - Major Staffing Category,Reported
2021-2022,55,WISCONSIN,WI,Madison Metropolitan,01,,WI-3269,5508520,No Category Codes,3999.43,Education Unit Total,Reported
2021-2022,01,ALABAMA,AL,Alder City,01,,AL-101,0100005,Elementary Teachers,14.00,Category Set A,Reported
2021-2022,01,ALABAMA,AL,Alder City,01,,AL-101,0100005,Pre-kindergarten Teachers,2.00,Category Set A,Reported
2021-2022,01,ALABAMA,AL,Alder City,01,,AL-101,0100005,Secondary Teachers,6.00,Category Set A,Reported
2021-2022,01,ALABAMA,AL,Alder City,01,,AL-101,0100005,Paraprofessionals/Instructional Aides,-1,Category Set A,Missing
"""

CCD_LUNCH = """\
SCHOOL_YEAR,FIPST,STATENAME,ST,SCH_NAME,STATE_AGENCY_NO,UNION,ST_LEAID,LEAID,ST_SCHID,NCESSCH,SCHID,DATA_GROUP,LUNCH_PROGRAM,STUDENT_COUNT,TOTAL_INDICATOR,DMS_FLAG
2021-2022,01,ALABAMA,AL,Oak Elementary,01,,AL-101,0100005,AL-101-0010,010000500870,0100870,Free and Reduced-price Lunch Table,No Category Codes,65,Education Unit Total,Reported
2021-2022,01,ALABAMA,AL,Oak Elementary,01,,AL-101,0100005,AL-101-0010,010000500870,0100870,Direct Certification,Not Applicable,33,Education Unit Total,Reported
"""

CCD_WIDE_STAFF = """\
SURVYEAR,LEAID,FIPST,NAME,MEMBER,PKTCH,KGTCH,ELMTCH,SECTCH,UGTCH,TOTTCH,AIDES,CORSUP,TOTGUI
2012,0100005,01,ALDER CITY,420,2.0,3.0,12.0,8.0,-2,25.0,-1,1.0,1.0
"""

F33_NCES = (
    "LEAID\tCENSUSID\tFIPST\tCONUM\tCSA\tCBSA\tNAME\tSTNAME\tSTABBR\tSCHLEV\tAGCHRT\tYEAR\tGSLO\tGSHI\tV33\tMEMBERSCH\tTOTALREV"
    "\tTFEDREV\tTCURELSC\tTCURINST\tTCURSSVC\tTCURONON\tZ33\tV10\tFL_V33\n"
    "0100005\t01500500100000\t01\t01095\tN\t10700\tALDER CITY SCHOOLS\tAlabama\tAL\t03\t3\t22\tPK\t12\t310\t300\t4500000"
    "\t727700\t3600000\t2000000\t1400000\t200000\t1200000\t480000\tR\n"
    "5508520\t50500500100000\t55\t55025\tN\t31540\tLAKESIDE\tWisconsin\tWI\t03\t3\t22\tPK\t12\t2600\t2600\t-1"
    "\t-1\t-1\t21000000\t15000000\t-2\t-1\t-1\tM\n"
    "0199999\t01500500100001\t01\t01095\tN\t10700\tSOUTH SERVICE AGENCY\tAlabama\tAL\t07\t3\t22\tN\tN\t-2\t-2\t100000"
    "\t0\t90000\t-2\t-2\t-2\t-2\t-2\tN\n"
)

F33_CENSUS = """\
STATE,IDCENSUS,NAME,CONUM,CSA,CBSA,SCHLEV,NCESID,YRDATA,ENROLL,TOTALREV,TFEDREV,TOTALEXP,TCURELSC,TCURINST,TCURSSVC,TCURONON
01,01500100100000,ALDER CITY SCHOOLS,01001,388,33860,03,0100005,16,310,4500,727,4400,3600,2000,1400,200
"""

URBAN_DIRECTORY = {
    "count": 1,
    "next": None,
    "previous": None,
    "results": [
        {
            "year": 2018,
            "leaid": "1100030",
            "lea_name": "District of Columbia Public Schools",
            "fips": 11,
            "enrollment": 49489,
            "teachers_prek_fte": None,
            "teachers_total_fte": 4049,
            "instructional_aides_fte": 1064,
            "guidance_counselors_total_fte": 118,
            "school_administrators_fte": 375,
            "staff_total_fte": 8402,
            "number_of_schools": 115,
            "lowest_grade_offered": -1,
            "highest_grade_offered": 12,
        }
    ],
}
URBAN_FINANCE = {
    "count": 1,
    "next": None,
    "previous": None,
    "results": [
        {
            "year": 2018,
            "leaid": "1100030",
            "exp_total": 1575938000,
            "exp_current_elsec_total": 1099353000,
            "exp_current_instruction_total": 537647000,
            "salaries_instruction": 431471000,
            "benefits_employee_instruction": 92032000,
            "enrollment_fall_school": 48568,
            "rev_total": -1,
        }
    ],
}
URBAN_SCHOOLS = """\
year,ncessch,ncessch_num,school_name,leaid,lea_name,fips,school_status,school_level,enrollment,teachers_fte,free_or_reduced_price_lunch,lowest_grade_offered,highest_grade_offered
2018,010000500870,10000500870,Oak Elementary,100005,Alder City,1,1,1,120,9.5,60,-1,5
2018,010000500872,10000500872,Old Mill School,100005,Alder City,1,2,1,9,1,-1,0,5
"""
URBAN_SCHOOL_ENROLLMENT = """\
year,ncessch,ncessch_num,grade,race,sex,enrollment,fips,leaid
2018,010000500870,10000500870,-1,99,99,20,1,100005
2018,010000500870,10000500870,0,99,99,40,1,100005
2018,010000500870,10000500870,1,99,99,60,1,100005
2018,010000500870,10000500870,1,1,99,30,1,100005
2018,010000500870,10000500870,99,99,99,120,1,100005
2018,010000500872,10000500872,0,99,99,9,1,100005
"""

CPS_ROSTER = """\
Pos #,Dept ID,Department,FTE,ClsIndc,Annual Salary,FTE Annual Salary,Annual Benefit Cost,JobCode,Job Title,Name
111427,22031,Oak ES,1.0,T,80000,80000,30000,500629,Special Education Teacher,"Doe, Jane"
111428,22031,Oak ES,1.0,T,90000,90000,30000,55,Regular Teacher,"Roe, Richard"
111429,22031,Oak ES,0.5,T,45000,90000,15000,55,Bilingual Teacher,
111430,22031,Oak ES,1.0,E,36000,36000,14000,1,Special Ed Classroom Assist II,"Poe, Ann"
111431,22031,Oak ES,1.0,E,32000,32000,14000,1,Teacher Assistant II,"Poe, Bea"
111432,22031,Oak ES,1.0,T,85000,85000,30000,1,School Counselor,"Poe, Cid"
111433,22031,Oak ES,1.0,T,95000,95000,30000,1,Curriculum And Instruct Coach,"Poe, Dan"
111433,22031,Oak ES,1.0,E,37000,37000,14000,1,School Clerk I,"Poe, Eve"
111434,22031,Oak ES,1.0,E,,,,1,School Security Officer,
111435,22041,Elm HS,4.0,T,"360,000","90,000","120,000",55,Regular Teacher,"Loe, Flo"
111436,11675,Citywide,1.0,T,74377,74377,26719,984100,School Social Worker,"Moe, Gus"
"""
CPS_PROFILE = """\
School_ID,Legacy_Unit_ID,Finance_ID,Short_Name,Long_Name,Primary_Category,Grades_Offered_All,Grades_Offered,Student_Count_Total,Student_Count_Low_Income,Student_Count_Special_Ed,School_Year,Network
610001,2001,22031,OAK,Oak Elementary School,ES,"K,1",K-1,50,25,5,School Year 2018-2019,Network 1
610002,2002,22041,ELM NORTH,Elm High North,HS,"9,10,11,12",9-12,40,10,4,School Year 2018-2019,Network 2
610003,2003,22041,ELM SOUTH,Elm High South,HS,"9,10",9-10,60,40,6,School Year 2018-2019,Network 2
400001,9001,66001,CHARTER,Some Charter,HS,"9,10,11,12",9-12,500,400,50,School Year 2018-2019,Charter
610004,2004,0,DORE,Dore,ES,"K,1",K-1,70,1,1,School Year 2018-2019,Network 3
"""
CPS_MEMBERSHIP = """\
Network,School ID,School,PE,PK,K,01,02,03,04,05,06,07,08,09,10,11,12,Totals
N1,610001,Oak,,10,20,20,,,,,,,,,,,,50
N1,,Network 1 total,,10,20,20,,,,,,,,,,,,50
"""

ISBE_SBER = """\
RCDTS,Type,School Name,District,City,County,# School Enrollment,$ Site-level Per-Pupil Expenditures - Federal,$ Site-level Per-Pupil Expenditures - State/Local,$ Site-level Per-Pupil Expenditures - Subtotal,$ District Centralized Per-Pupil Expenditure - Subtotal,$ Total Per-Pupil Expenditures - Federal,$ Total Per-Pupil Expenditures - State/Local,$ Total Per-Pupil Expenditures - Subtotal
15-016-2990-25-2959,School,Skinner North,Chicago Public Schools Dist 299,Chicago,Cook,515,500.00,8397.36,8897.36,6172.97,"1,200.00","13,870.33","$15,070.33"
150162990252918,School,Colemon J,Chicago Public Schools Dist 299,Chicago,Cook,166,,,,,,,*
150162990250000,District,,Chicago Public Schools Dist 299,Chicago,Cook,325305,,,,,,,21000
"""
ISBE_GENERAL = """\
RCDTS,Type,School Name,District,Grades Served,# Student Enrollment,% Student Enrollment - Low Income,Total Teacher FTE
150162990252959,School,Skinner North,Chicago Public Schools Dist 299,K 1 2 3 4 5 6 7 8,515,12.0,28.955
150162990252918,School,Colemon J,Chicago Public Schools Dist 299,PK - 8,166,77.7,20.58
"""

TX_TAPR = """\
DISTRICT,DPETALLC,DPETGEEC,DPETGPKC,DPETGKNC,DPETG01C,DPETG02C,DPETG03C,DPETG04C,DPETG05C,DPETG06C,DPETG07C,DPETG08C,DPETG09C,DPETG10C,DPETG11C,DPETG12C,DPETECOC,DPSTTOFC,DPSTSPFC,DPSETOFC,DPSTTOSA,DPSTTOST
1902,568,1,0,39,50,47,45,34,44,47,40,33,48,45,47,48,192,54.4,0,14.5,45359,2468609
1903,1244,4,62,96,93,77,76,81,88,93,105,101,103,88,103,74,681,100.3,9.5,17.6,.,4439591.2
1904,300,0,0,300,0,0,0,0,0,0,0,0,0,0,0,0,-1,-2,.,.,.,.
"""
TX_PEIMS = (
    "Year,NCES ID,State ID (CDN),District Name,County,Reported Enrollment,Total Revenue,Total Operating Expenditures (TOP),Payroll,TOP - Instruction \r"
    '2015,4813200,001902,Cayuga ISD,Anderson,570,"$8,000,000","$8,100,000","$5,900,000","$4,600,000"\r'
    '2016,4813200,001902,Cayuga ISD,Anderson,568,"$8,700,751","$8,477,093","$6,023,417","$4,750,155"\r'
    '2016,4818390,001903,Elkhart ISD,Anderson,"1,244","$12,299,529","$11,137,953","$8,706,380","$6,535,726"\r'
)

OWN_TABLE = """\
School Code,School Name,District Code,District Name,PK_Enrollment,K_Enrollment,1_Enrollment,2_Enrollment,TOTAL_Enrollment,Economically Disadvantaged,FTE Count,Average Salary,Remarks
0010,Abbey,007,Abington,10,40,50,0,100,20,24,74662,fine
0011,Beaver,007,Abington,0,0,0,100,104,30,24,74662,
0020,Cedar,008,Bedford,0,50,50,50,150,60,15,80000,
0021,Dune,008,Bedford,0,50,50,50,150,60,15,80000,
0030,East,009,Carver,0,50,50,50,150,60,11,70000,
0031,Fern,009,Carver,0,50,50,50,150,60,11,70000,
"""

ELSI = '''\
ELSI Export
National Center for Education Statistics
Public School District Data
,

Agency Name,State Name [District] Latest available year,Agency ID - NCES Assigned [District] Latest available year,Total Students All Grades (Excludes AE) [District] 2023-24,Prekindergarten Students [District] 2023-24,Kindergarten Students [District] 2023-24,Grade 1 Students [District] 2023-24,Grade 2 Students [District] 2023-24,Full-Time Equivalent (FTE) Teachers [District] 2023-24,Paraprofessionals/Instructional Aides [District] 2023-24
ALDER CITY,ALABAMA,"=""0100005""",420,20,100,150,150,30.50,‡
OTHER CITY,ALABAMA,"=""0100006""",†,†,†,†,†,–,–
Data Source: U.S. Department of Education National Center for Education Statistics
† indicates that the data are not applicable.
'''
